import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AllowlistSigners } from 'kars-constructs';
import {
  ALLOWLIST_ARTIFACT_TYPE,
  ALLOWLIST_V1_TYPE,
  encodeAllowlistArtifact,
  type AllowlistArtifact,
  type SignedAllowlistPayload,
  type SimpleSignature,
} from 'kars-constructs/contract';
import { SignedAllowlist } from 'kars-constructs/signing';
import { temporaryDirectory } from './documents.ts';

/** Repository of the lists that tests sign. */
export const REPOSITORY = 'registry.example.com/policies/egress';

/** A key pair of somebody who signs. */
export interface Signer {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

/** The kind of key that `cosign generate-key-pair` makes. */
export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
}

/** A list of one host. */
export const artifactOf = (changes: Partial<AllowlistArtifact> = {}): AllowlistArtifact => ({
  repository: REPOSITORY,
  generation: 1,
  allowlist: { entries: [{ host: 'api.example.com', port: 443 }] },
  ...changes,
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The manifest that a registry has of an artifact. */
export const manifestOf = (artifact: string, type: string = ALLOWLIST_ARTIFACT_TYPE): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: type,
    config: {
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: `sha256:${sha256('{}')}`,
      size: 2,
    },
    layers: [
      {
        mediaType: type,
        digest: `sha256:${sha256(artifact)}`,
        size: Buffer.byteLength(artifact),
      },
    ],
  });

/** A bundle as `cosign sign --key` writes one, about the manifest with this digest in hex. */
export function bundleOf(
  digest: string,
  { privateKey }: Signer,
  predicateType = 'https://sigstore.dev/cosign/sign/v1',
): string {
  const payloadType = 'application/vnd.in-toto+json';
  const payload = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest } }],
    predicateType,
    predicate: {},
  });
  const preAuthentication = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} ${payload}`;
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'test' } },
    dsseEnvelope: {
      payload: Buffer.from(payload).toString('base64'),
      payloadType,
      signatures: [
        { sig: sign('sha256', Buffer.from(preAuthentication), privateKey).toString('base64') },
      ],
    },
  });
}

/** An artifact with its signature, as `kars policy pull` writes it. */
export function signedBy(
  signer: Signer,
  changes: Partial<AllowlistArtifact> = {},
  from = REPOSITORY,
): SignedAllowlistPayload {
  return signedText(signer, encodeAllowlistArtifact(artifactOf(changes)), from);
}

/** The same of any text. */
export function signedText(
  signer: Signer,
  artifact: string,
  from = REPOSITORY,
): SignedAllowlistPayload {
  const manifest = manifestOf(artifact);
  const digest = sha256(manifest);
  return {
    reference: `${from}@sha256:${digest}`,
    manifest,
    artifact,
    bundles: [bundleOf(digest, signer)],
  };
}

/** A list of kars v0.1.x as its tools write it. */
export const listOfV1 = (
  endpoints: readonly (readonly [host: string, port: number])[],
  generation = 1,
): string =>
  [
    'apiVersion: kars.dev/v1alpha1',
    'kind: EgressAllowlist',
    'metadata:',
    `  generation: ${generation}`,
    'spec:',
    '  endpoints:',
    ...endpoints.flatMap(([host, port]) => [`    - host: ${host}`, `      port: ${port}`]),
    '',
  ].join('\n');

/** What `cosign sign --key` of that time signs of the manifest with this digest in a repository. */
export function simpleSignatureOf(
  digest: string,
  { privateKey }: Signer,
  repository = REPOSITORY,
  type = 'cosign container image signature',
): SimpleSignature {
  const identity = { 'docker-reference': repository };
  const image = { 'docker-manifest-digest': digest };
  const payload = JSON.stringify({ critical: { identity, image, type }, optional: null });
  return {
    payload,
    signature: sign('sha256', Buffer.from(payload), privateKey).toString('base64'),
  };
}

/** A list of kars v0.1.x with its signature, as `kars policy pull` writes it. */
export function signedOfV1(signer: Signer, artifact: string): SignedAllowlistPayload {
  const manifest = manifestOf(artifact, ALLOWLIST_V1_TYPE);
  const digest = `sha256:${sha256(manifest)}`;
  return {
    reference: `${REPOSITORY}@${digest}`,
    manifest,
    artifact,
    bundles: [],
    simpleSignatures: [simpleSignatureOf(digest, signer)],
  };
}

/** The prop of a sandbox for a signed list. */
export function signedEgress(signer: Signer, payload = signedBy(signer)): SignedAllowlist {
  const file = join(temporaryDirectory(), 'egress.json');
  writeFileSync(file, JSON.stringify(payload));
  return SignedAllowlist.fromFile(file, {
    repository: REPOSITORY,
    signers: AllowlistSigners.of({ keys: [signer.pem] }),
  });
}
