import type { Command } from 'commander';
import {
  formatProblem,
  GROUP,
  kinds,
  validateManifest,
  type Problem,
} from 'kars-constructs/contract';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { exitCodes } from '../exit-codes.ts';
import { readManifestFile } from '../manifest-files.ts';
import type { Output } from '../output.ts';

/** What was found in one document of one file. */
export interface Finding {
  readonly file: string;
  /** Position in the file, from 1. */
  readonly document: number;
  readonly kind: string;
  readonly name: string;
  readonly status: 'valid' | 'invalid' | 'skipped';
  readonly problems: readonly Problem[];
}

/** `kars validate`: checks manifests against the contract. */
export function addValidate(program: Command, output: Output): void {
  program
    .command('validate')
    .description('check manifests of the kars kinds; objects of other kinds are skipped')
    .argument('<file...>', 'YAML or JSON files, - for standard input')
    .option('--json', 'print the findings as JSON')
    .action(async (files: string[], { json = false }: { json?: boolean }) => {
      const findings = (
        await Promise.all(
          files.map(async (file) => validateText(file, await readManifestFile(file))),
        )
      ).flat();
      const count = (status: Finding['status']): number =>
        findings.filter((finding) => finding.status === status).length;
      output.print(
        json
          ? JSON.stringify(findings, null, 2)
          : [
              ...findings.flatMap(({ file, document, problems }) =>
                problems.map((fault) => `${file}:${document}: ${formatProblem(fault)}`),
              ),
              `${count('valid')} valid, ${count('invalid')} invalid, ${count('skipped')} skipped`,
            ].join('\n'),
      );
      process.exitCode = count('invalid') > 0 ? exitCodes.failed : exitCodes.ok;
    });
}

type Outcome = Omit<Finding, 'file' | 'document'>;

/** Checks every document in a text, and every item where a document is a list of objects. */
export function validateText(file: string, content: string): Finding[] {
  return parseAllDocuments(content).flatMap((parsed, index) => {
    const [syntax] = parsed.errors;
    const outcomes =
      syntax === undefined ? checkValue(() => parsed.toJS()) : [fault(syntax.message)];
    return outcomes.map((outcome): Finding => ({ file, document: index + 1, ...outcome }));
  });
}

function checkValue(read: () => unknown): Outcome[] {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    // Aliases that would expand to more than the parser allows.
    return [fault(error instanceof Error ? error.message : String(error))];
  }
  if (value === null) return [];
  const list = objectList.safeParse(value);
  if (!list.success) return [check(value)];
  return list.data.items.map((item, index) => {
    const outcome = check(item);
    const path = (inner: string): string => [`items[${index}]`, inner].filter(Boolean).join('.');
    return {
      ...outcome,
      problems: outcome.problems.map((entry) => ({ ...entry, path: path(entry.path) })),
    };
  });
}

const objectList = z.looseObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('List'),
  items: z.array(z.unknown()),
});

const typeMeta = z.looseObject({ apiVersion: z.string(), kind: z.string() });

const named = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

function check(manifest: unknown): Outcome {
  const type = typeMeta.safeParse(manifest);
  if (!type.success) return fault('got no apiVersion and kind, supply a Kubernetes object');
  const { apiVersion, kind } = type.data;
  const { data } = named.safeParse(manifest);
  const about = { kind, name: data?.metadata.name ?? '' };
  if (apiVersion.split('/')[0] !== GROUP) return { ...about, status: 'skipped', problems: [] };
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (definition === undefined) {
    const known = kinds.map((candidate) => candidate.kind).join(', ');
    return { ...fault(`got ${kind}, ${GROUP} has ${known}`, 'kind'), ...about };
  }
  const result = validateManifest(definition, manifest);
  return result.ok
    ? { ...about, status: 'valid', problems: [] }
    : { ...about, status: 'invalid', problems: result.problems };
}

const fault = (message: string, path = ''): Outcome => ({
  kind: '',
  name: '',
  status: 'invalid',
  problems: [{ path, code: 'KARS_MANIFEST_INVALID', message }],
});
