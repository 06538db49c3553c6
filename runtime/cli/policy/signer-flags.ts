import { readFileSync } from 'node:fs';
import {
  contentDigest,
  decodeSigners,
  encodeSigners,
  formatProblem,
  spkiOf,
  type SignerPolicy,
} from 'kars-constructs/contract';
import { CommandError } from '../exit-codes.ts';

/** Who may sign, as the command line says it. */
export interface SignerFlags {
  readonly key?: readonly string[];
  readonly issuer?: string;
  readonly subject?: readonly string[];
  readonly trustedRoot?: string;
}

/** Who may sign, and what identities are verified with. */
export interface ReadSigners {
  readonly signers: SignerPolicy;
  readonly trustedRoot: string | undefined;
}

/**
 * Reads the files that the flags name.
 *
 * @throws CommandError when they name nobody, or a file that holds no key.
 */
export function readSigners({
  key = [],
  issuer = '',
  subject = [],
  trustedRoot,
}: SignerFlags): ReadSigners {
  const root = trustedRoot === undefined ? undefined : read(trustedRoot);
  const policy = {
    ...(key.length === 0 ? {} : { keys: key.map(keyIn) }),
    ...(subject.length === 0
      ? {}
      : { identities: subject.map((name) => ({ issuer, subject: name })) }),
    ...(root === undefined ? {} : { trustedRoot: contentDigest(root) }),
  };
  const decoded = decodeSigners(encodeSigners(policy));
  if (decoded.ok) return { signers: decoded.value, trustedRoot: root };
  throw new CommandError(
    'usage',
    `supply --key, or --issuer, --subject and --trusted-root: ${decoded.problems.map(formatProblem).join('; ')}`,
  );
}

function keyIn(file: string): string {
  const key = spkiOf(read(file));
  if (key === undefined)
    throw new CommandError('usage', `${file} holds no public key in PEM; supply cosign.pub`);
  return key;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError('usage', error instanceof Error ? error.message : String(error));
  }
}
