import { contentDigest } from '../contract/canonical.ts';
import {
  ALLOWLIST_ARTIFACT_TYPE,
  decodeAllowlistArtifact,
  type AllowlistArtifact,
} from '../contract/kinds/signed-allowlist/artifact.ts';
import {
  ALLOWLIST_V1_TYPE,
  decodeAllowlistV1,
} from '../contract/kinds/signed-allowlist/artifact-v1.ts';
import { readAllowlistManifest } from '../contract/kinds/signed-allowlist/manifest.ts';
import type { SignedAllowlistPayload } from '../contract/kinds/signed-allowlist/payload.ts';
import type { SignerPolicy } from '../contract/kinds/signed-allowlist/signers.ts';
import type { SignedAllowlistCode } from '../contract/codes/signed-allowlist.ts';
import { failure, success, type Problem, type Result } from '../contract/problem.ts';
import { SignatureFault, verifySignature } from './verify-signature.ts';
import { verifySimpleSignature, type SignedPlace } from './verify-simple-signature.ts';

/** What has to hold of a signed allow-list. */
export interface AllowlistTrust {
  readonly signers: SignerPolicy;
  /** Where it has to come from. */
  readonly repository: string;
}

/** A signed allow-list that holds. */
export interface VerifiedAllowlist {
  readonly artifact: AllowlistArtifact;
  /** Digest of its manifest, `sha256:<64 hex>`. */
  readonly digest: string;
  /** Who signed, for messages. */
  readonly signer: string;
}

const REFERENCE = /^([^@]+)@(sha256:[0-9a-f]{64})$/;

/** Verifies an artifact with its signatures, offline: the same at synth and in the process that loads it. */
export function verifyAllowlist(
  signed: SignedAllowlistPayload,
  { signers, repository }: AllowlistTrust,
): Result<VerifiedAllowlist> {
  const [, from = '', digest = ''] = REFERENCE.exec(signed.reference) ?? [];
  if (from !== repository) {
    const got = from === '' ? JSON.stringify(signed.reference) : from;
    return refused(
      'KARS_ALLOWLIST_REPOSITORY',
      'reference',
      `got ${got}, needed one of ${repository}`,
    );
  }
  const altered = alterationOf(signed, digest);
  if (altered !== undefined) return refused('KARS_ALLOWLIST_ALTERED', ...altered);
  const isV1 = readAllowlistManifest(signed.manifest)?.type === ALLOWLIST_V1_TYPE;
  // Only the signatures of its time say to which repository a list of v1 belongs.
  const signer = isV1
    ? simpleSignerOf(signed, { repository, digest }, signers)
    : signerOf(signed, digest, signers);
  if (!signer.ok) return signer;
  const artifact = isV1
    ? decodeAllowlistV1(signed.artifact, repository)
    : decodeAllowlistArtifact(signed.artifact);
  if (!artifact.ok) return artifact;
  const { repository: stated } = artifact.value;
  return stated === repository
    ? success({ artifact: artifact.value, digest, signer: signer.value })
    : refused(
        'KARS_ALLOWLIST_REPOSITORY',
        'artifact.repository',
        `got ${stated}, needed ${repository}; it was signed for another repository`,
      );
}

/** Where the texts are not those that the digest stands for. */
function alterationOf(
  { manifest, artifact }: SignedAllowlistPayload,
  digest: string,
): [path: string, message: string] | undefined {
  if (contentDigest(manifest) !== digest) {
    return ['manifest', `has the digest ${contentDigest(manifest)}, the reference ${digest}`];
  }
  const read = readAllowlistManifest(manifest);
  if (read === undefined) {
    return [
      'manifest',
      `is not that of an artifact ${ALLOWLIST_ARTIFACT_TYPE} or ${ALLOWLIST_V1_TYPE} with one layer`,
    ];
  }
  return contentDigest(artifact) === read.layer
    ? undefined
    : ['artifact', `has the digest ${contentDigest(artifact)}, the manifest lists ${read.layer}`];
}

function signerOf(
  { bundles, trustedRoot }: SignedAllowlistPayload,
  digest: string,
  signers: SignerPolicy,
): Result<string> {
  if (bundles.length === 0) {
    return refused(
      'KARS_ALLOWLIST_UNSIGNED',
      'bundles',
      'got none; sign with cosign sign, then kars policy pull',
    );
  }
  if (trustedRoot !== undefined && contentDigest(trustedRoot) !== signers.trustedRoot) {
    const text = `has the digest ${contentDigest(trustedRoot)}, the signers name ${signers.trustedRoot ?? 'none'}`;
    return refused('KARS_ALLOWLIST_SIGNATURE', 'trustedRoot', text);
  }
  return firstOf('bundles', bundles, (bundle) =>
    verifySignature(bundle, digest.slice('sha256:'.length), signers, trustedRoot),
  );
}

function simpleSignerOf(
  { simpleSignatures = [] }: SignedAllowlistPayload,
  place: SignedPlace,
  signers: SignerPolicy,
): Result<string> {
  if (simpleSignatures.length === 0) {
    const text = 'got none of those that a list of v1 has; sign as kars v0.1.x does, by key, then kars policy pull'; // prettier-ignore
    return refused('KARS_ALLOWLIST_UNSIGNED', 'simpleSignatures', text);
  }
  return firstOf('simpleSignatures', simpleSignatures, (each) =>
    verifySimpleSignature(each, place, signers),
  );
}

/** What the first signature proves that proves something, or why none does. */
function firstOf<T>(path: string, list: readonly T[], prove: (each: T) => string): Result<string> {
  const faults: string[] = [];
  for (const each of list) {
    try {
      return success(prove(each));
    } catch (error) {
      if (!(error instanceof SignatureFault)) throw error;
      faults.push(error.message);
    }
  }
  return refused('KARS_ALLOWLIST_SIGNATURE', path, [...new Set(faults)].join('; '));
}

const refused = (code: SignedAllowlistCode, path: string, message: string): Result<never> =>
  failure({ path, code, message } satisfies Problem);
