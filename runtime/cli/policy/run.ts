import {
  formatProblem,
  repositoryName,
  signedAllowlistPayload,
  type SignedAllowlistPayload,
} from 'kars-constructs/contract';
import { verifyAllowlist } from 'kars-constructs/signing';
import { CommandError } from '../exit-codes.ts';
import { download } from './download.ts';
import { artifactOf } from './policy-source.ts';
import { publish } from './publish.ts';
import { Registry, type RegistryOptions } from './registry.ts';
import { readSigners, type SignerFlags } from './signer-flags.ts';

/** A signed list that holds. */
export interface Verified {
  readonly reference: string;
  readonly generation: number;
  /** Who signed. */
  readonly signer: string;
}

/** Pushes a policy file, and gives its reference by digest. */
export async function push(file: string, text: string, options: RegistryOptions): Promise<string> {
  const { repository, artifact } = artifactOf(file, text);
  return publish(new Registry(repository, options), artifact);
}

const REFERENCE = /^(.+)@(sha256:[0-9a-f]{64})$/;

/**
 * Fetches a signed list and verifies it.
 *
 * @throws CommandError when it does not hold.
 */
export async function pull(
  reference: string,
  flags: RegistryOptions & SignerFlags,
): Promise<Verified & { readonly text: string }> {
  const [, repository = '', digest = ''] = REFERENCE.exec(reference) ?? [];
  if (!repositoryName.safeParse(repository).success) {
    throw new CommandError('usage', `got ${reference}, supply REPOSITORY@sha256:DIGEST`);
  }
  const payload = await download(new Registry(repository, flags), digest);
  return {
    ...verify(reference, payload, repository, flags),
    text: `${JSON.stringify(payload, null, 2)}\n`,
  };
}

/** Verifies a file that {@link pull} wrote. */
export function verifyFile(
  file: string,
  text: string,
  repository: string,
  flags: SignerFlags,
): Verified {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = signedAllowlistPayload.safeParse(json);
  if (!parsed.success) throw new CommandError('failed', `${file} is no file of kars policy pull`);
  return verify(file, parsed.data, repository, flags);
}

function verify(
  what: string,
  payload: SignedAllowlistPayload,
  repository: string,
  flags: SignerFlags,
): Verified {
  const { signers, trustedRoot } = readSigners(flags);
  const checked = { ...payload, ...(trustedRoot === undefined ? {} : { trustedRoot }) };
  const verified = verifyAllowlist(checked, { signers, repository });
  if (!verified.ok) {
    throw new CommandError('failed', `${what}: ${verified.problems.map(formatProblem).join('; ')}`);
  }
  const { artifact, signer } = verified.value;
  return { reference: payload.reference, generation: artifact.generation, signer };
}
