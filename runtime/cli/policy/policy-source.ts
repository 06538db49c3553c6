import {
  compileEgressAllowlist,
  decodeAllowlistArtifact,
  egressList,
  encodeAllowlistArtifact,
  formatProblem,
  type AllowlistArtifact,
} from 'kars-constructs/contract';
import { parseDocument, type Document } from 'yaml';
import * as z from 'zod';
import { CommandError } from '../exit-codes.ts';

/** What an author writes: the list in the form that a KarsSandbox has, and what only a signed list has. */
const policySource = z
  .strictObject({
    ...egressList,
    repository: z.string(),
    generation: z.int().min(1),
    approvable: z
      .array(
        z.strictObject({
          host: z.string(),
          port: z.int().default(443),
          endPort: z.int().optional(),
        }),
      )
      .optional(),
  })
  .refine(
    ({ allowedEndpoints = [] }) =>
      allowedEndpoints.every(({ host, cidr }) => (host === undefined) !== (cidr === undefined)),
    { path: ['allowedEndpoints'], message: 'supply either a host or a cidr in each' },
  );

/** What is pushed, and where to. */
export interface PublishableArtifact {
  readonly repository: string;
  /** The bytes of the one layer. */
  readonly artifact: string;
}

/**
 * The artifact of a policy file in YAML or JSON, in its canonical form.
 *
 * @throws CommandError when the file says something that no process would read.
 */
export function artifactOf(file: string, text: string): PublishableArtifact {
  const parsed = policySource.safeParse(documentIn(file, text).toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CommandError(
      'failed',
      `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  const { repository, generation, approvable, ...list } = parsed.data;
  const allowlist = compileEgressAllowlist(list);
  if (!allowlist.ok) throw faults(file, allowlist.problems.map(formatProblem));
  const artifact: AllowlistArtifact = {
    repository,
    generation,
    allowlist: allowlist.value,
    ...(approvable === undefined ? {} : { approvable }),
  };
  const encoded = encodeAllowlistArtifact(artifact);
  const decoded = decodeAllowlistArtifact(encoded);
  if (!decoded.ok) throw faults(file, decoded.problems.map(formatProblem));
  return { repository, artifact: encoded };
}

/** The same file with the next generation, its comments kept. */
export function bumped(
  file: string,
  text: string,
): { readonly text: string; readonly generation: number } {
  const document = documentIn(file, text);
  const current = document.get('generation');
  if (current !== undefined && (typeof current !== 'number' || !Number.isSafeInteger(current))) {
    throw new CommandError(
      'failed',
      `${file}: generation: got ${JSON.stringify(current)}, supply a whole number`,
    );
  }
  const generation = (current ?? 0) + 1;
  document.set('generation', generation);
  return { text: document.toString(), generation };
}

function documentIn(file: string, text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new CommandError('failed', `${file}: ${error.message}`);
  return document;
}

const faults = (file: string, problems: readonly string[]): CommandError =>
  new CommandError('failed', `${file}: ${problems.join('; ')}`);
