import { contentDigest } from '../contract/canonical.ts';
import {
  decodeSigners,
  encodeSigners,
  spkiOf,
  type SignerPolicy,
} from '../contract/kinds/signed-allowlist/signers.ts';
import type { Problem } from '../contract/problem.ts';

/** Somebody who signs without a key of their own, such as a workflow of a source repository. */
export interface SigningIdentity {
  /** Issuer of the token, such as `https://token.actions.githubusercontent.com`. */
  readonly issuer: string;
  /** Subject of the certificate, exactly: a URL or a mail address. */
  readonly subject: string;
}

/** Options of {@link AllowlistSigners.of}. */
export interface AllowlistSignersOptions {
  /**
   * Public keys in PEM, as `cosign generate-key-pair` writes them to `cosign.pub`. Two at a time let one
   * take over from the other.
   *
   * @default none
   */
  readonly keys?: readonly string[];
  /**
   * Identities that the certificate authority of `trustedRoot` has certified.
   *
   * @default none
   */
  readonly identities?: readonly SigningIdentity[];
  /**
   * Text of a Sigstore `trusted_root.json`: certificate authorities, logs and timestamp authorities that
   * identities are verified with, offline.
   *
   * @default none: keys sign
   */
  readonly trustedRoot?: string;
}

/** Who may sign allow-lists: any one of the keys and identities. */
export class AllowlistSigners {
  /** Signers by key, by identity, or both. */
  static of(options: AllowlistSignersOptions): AllowlistSigners {
    return new AllowlistSigners(options);
  }

  /** As processes and admission have it. @internal */
  readonly policy: SignerPolicy;
  /** What identities are verified with. @internal */
  readonly trustedRoot: string | undefined;
  readonly #problems: readonly Problem[];

  private constructor({ keys = [], identities = [], trustedRoot }: AllowlistSignersOptions) {
    const read = keys.map(spkiOf);
    this.trustedRoot = trustedRoot;
    this.policy = {
      ...(keys.length === 0 ? {} : { keys: read.map((key) => key ?? '') }),
      ...(identities.length === 0
        ? {}
        : { identities: identities.map(({ issuer, subject }) => ({ issuer, subject })) }),
      ...(trustedRoot === undefined ? {} : { trustedRoot: contentDigest(trustedRoot) }),
    };
    const parsed = decodeSigners(encodeSigners(this.policy));
    this.#problems = [
      ...read.flatMap((key, index) => (key === undefined ? [noKey(index)] : [])),
      ...(parsed.ok ? [] : parsed.problems),
    ];
  }

  /** Everything that is refused about them, below `path`. */
  validate(path: string): Problem[] {
    return this.#problems.map((fault) => ({
      ...fault,
      path: fault.path.replace(/^signers/, path),
    }));
  }
}

const noKey = (index: number): Problem => ({
  path: `signers.keys[${index}]`,
  code: 'KARS_SIGNERS_INVALID',
  message: 'is no public key in PEM; supply the content of cosign.pub',
});
