import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import {
  formatProblem,
  GROUP,
  kinds,
  validateManifest,
  type Problem,
} from 'kars-constructs/contract';
import { parseAllDocuments } from 'yaml';
import { exitCodes } from '../exit-codes.ts';
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
        await Promise.all(files.map(async (file) => validateText(file, await read(file))))
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

/** Checks every document in a text. */
export function validateText(file: string, content: string): Finding[] {
  return parseAllDocuments(content).flatMap((parsed, index): Finding[] => {
    const at = { file, document: index + 1 };
    const [syntax] = parsed.errors;
    if (syntax !== undefined) {
      const problem = { path: '', code: 'KARS_MANIFEST_INVALID', message: syntax.message };
      return [{ ...at, kind: '', name: '', status: 'invalid', problems: [problem] }];
    }
    const manifest = parsed.toJS() as unknown;
    return manifest === null ? [] : [{ ...at, ...check(manifest) }];
  });
}

function check(manifest: unknown): Omit<Finding, 'file' | 'document'> {
  const {
    kind = '',
    apiVersion = '',
    metadata = {},
  } = manifest as {
    kind?: string;
    apiVersion?: string;
    metadata?: { name?: string };
  };
  const named = { kind, name: metadata.name ?? '' };
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (!apiVersion.startsWith(`${GROUP}/`) || definition === undefined) {
    return { ...named, status: 'skipped', problems: [] };
  }
  const result = validateManifest(definition, manifest);
  return result.ok
    ? { ...named, status: 'valid', problems: [] }
    : { ...named, status: 'invalid', problems: result.problems };
}

const read = (file: string): Promise<string> =>
  file === '-' ? text(process.stdin) : readFile(file, 'utf8');
