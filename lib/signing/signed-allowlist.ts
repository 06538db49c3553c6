import { readFileSync } from 'node:fs';
import type { AllowlistArtifact } from '../contract/kinds/signed-allowlist/artifact.ts';
import {
  signedAllowlistPayload,
  type SignedAllowlistPayload,
} from '../contract/kinds/signed-allowlist/payload.ts';
import type { Problem, Result } from '../contract/problem.ts';
import { failure } from '../contract/problem.ts';
import type { AllowlistSigners } from '../policy/allowlist-signers.ts';
import type { SignedEgress } from '../sandbox/signed-egress.ts';
import { verifyAllowlist, type VerifiedAllowlist } from './verify-allowlist.ts';

/** Options of {@link SignedAllowlist.fromFile}. */
export interface SignedAllowlistOptions {
  /** Repository that the list has to come from, such as `registry.example.com/policies/egress`. */
  readonly repository: string;
  /** Who may sign it. */
  readonly signers: AllowlistSigners;
}

/**
 * What a sandbox may connect to, from a file that `kars policy pull` wrote: verified when it is read,
 * and again by the egress proxy, which takes nothing else.
 *
 * @example
 * import { readFileSync } from 'node:fs';
 * import { AllowlistSigners } from 'kars-constructs';
 * import { SignedAllowlist } from 'kars-constructs/signing';
 *
 * const signedEgress = SignedAllowlist.fromFile('policies/egress.json', {
 *   repository: 'registry.example.com/policies/egress',
 *   signers: AllowlistSigners.of({ keys: [readFileSync('policies/cosign.pub', 'utf8')] }),
 * });
 */
export class SignedAllowlist implements SignedEgress {
  /** Reads and verifies a file; what is wrong with it is reported at synth. */
  static fromFile(file: string, options: SignedAllowlistOptions): SignedAllowlist {
    return new SignedAllowlist(file, options);
  }

  readonly signers: AllowlistSigners;
  readonly repository: string;
  readonly payload: SignedAllowlistPayload | undefined;
  readonly artifact: AllowlistArtifact | undefined;
  readonly #problems: readonly Problem[];

  private constructor(file: string, { repository, signers }: SignedAllowlistOptions) {
    this.signers = signers;
    this.repository = repository;
    const { trustedRoot } = signers;
    const read = readSigned(file);
    const payload = read && { ...read, ...(trustedRoot === undefined ? {} : { trustedRoot }) };
    const unusable = signers.validate('signedEgress.signers');
    const verified: Result<VerifiedAllowlist> =
      payload === undefined
        ? failure(unreadable(file))
        : unusable.length > 0
          ? failure(...unusable)
          : verifyAllowlist(payload, { signers: signers.policy, repository });
    this.payload = verified.ok ? payload : undefined;
    this.artifact = verified.ok ? verified.value.artifact : undefined;
    this.#problems = verified.ok
      ? []
      : verified.problems.map((fault) =>
          fault.path.startsWith('signedEgress')
            ? fault
            : { ...fault, path: `signedEgress.${fault.path}` },
        );
  }

  /** Everything that is refused about it. */
  validate(): Problem[] {
    return [...this.#problems];
  }
}

/** The content of a vendored file; undefined when it is none. */
function readSigned(file: string): SignedAllowlistPayload | undefined {
  try {
    const parsed = signedAllowlistPayload.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

const unreadable = (file: string): Problem => ({
  path: 'signedEgress',
  code: 'KARS_ALLOWLIST_MALFORMED',
  message: `${file} cannot be read as a signed allow-list; write it with kars policy pull`,
});
