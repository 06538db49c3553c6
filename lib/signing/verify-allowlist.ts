import { z } from 'zod';
import { contentDigest } from '../contract/canonical.ts';
import {
  ALLOWLIST_ARTIFACT_TYPE,
  decodeAllowlistArtifact,
  type AllowlistArtifact,
} from '../contract/kinds/signed-allowlist/artifact.ts';
import type { SignedAllowlistPayload } from '../contract/kinds/signed-allowlist/payload.ts';
import type { SignerPolicy } from '../contract/kinds/signed-allowlist/signers.ts';
import type { SignedAllowlistCode } from '../contract/codes/signed-allowlist.ts';
import { failure, success, type Problem, type Result } from '../contract/problem.ts';
import { SignatureFault, verifySignature } from './verify-signature.ts';

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

/** The OCI manifest of an artifact with one layer. */
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  artifactType: z.literal(ALLOWLIST_ARTIFACT_TYPE),
  layers: z.tuple([
    z.looseObject({ mediaType: z.literal(ALLOWLIST_ARTIFACT_TYPE), digest: z.string() }),
  ]),
});

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
  const signer = signerOf(signed, digest, signers);
  if (!signer.ok) return signer;
  const artifact = decodeAllowlistArtifact(signed.artifact);
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
  const parsed = manifestSchema.safeParse(jsonOf(manifest));
  if (!parsed.success) {
    return ['manifest', `is not that of an artifact ${ALLOWLIST_ARTIFACT_TYPE} with one layer`];
  }
  const [layer] = parsed.data.layers;
  return contentDigest(artifact) === layer.digest
    ? undefined
    : ['artifact', `has the digest ${contentDigest(artifact)}, the manifest lists ${layer.digest}`];
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
  const faults: string[] = [];
  for (const bundle of bundles) {
    try {
      return success(verifySignature(bundle, digest.slice('sha256:'.length), signers, trustedRoot));
    } catch (error) {
      if (!(error instanceof SignatureFault)) throw error;
      faults.push(error.message);
    }
  }
  return refused('KARS_ALLOWLIST_SIGNATURE', 'bundles', [...new Set(faults)].join('; '));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (code: SignedAllowlistCode, path: string, message: string): Result<never> =>
  failure({ path, code, message } satisfies Problem);
