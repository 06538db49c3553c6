import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { SimpleSignature } from '../contract/kinds/signed-allowlist/payload.ts';
import type { SignerPolicy } from '../contract/kinds/signed-allowlist/signers.ts';
import { SignatureFault } from './verify-signature.ts';

/**
 * What cosign signed before it wrote bundles: which image it is about, and where that is.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#simple-signing
 */
const simpleSigning = z.looseObject({
  critical: z.strictObject({
    identity: z.strictObject({ 'docker-reference': z.string() }),
    image: z.strictObject({ 'docker-manifest-digest': z.string() }),
    type: z.literal('cosign container image signature'),
  }),
});

/** What a signature has to be about. */
export interface SignedPlace {
  readonly repository: string;
  /** `sha256:<64 hex>` */
  readonly digest: string;
}

/**
 * Verifies one signature by key: that one of the keys signed it, and that it is about this manifest in
 * this repository.
 *
 * @returns Who signed, for messages.
 * @throws SignatureFault when it proves nothing.
 */
export function verifySimpleSignature(
  { payload, signature }: SimpleSignature,
  { repository, digest }: SignedPlace,
  { keys = [] }: SignerPolicy,
): string {
  const index = keys.findIndex((key) => isBy(key, payload, signature));
  if (index === -1) throw new SignatureFault(`none of the ${keys.length} keys signed it`);
  const { identity, image } = signedBy(payload);
  const about = image['docker-manifest-digest'];
  if (about !== digest) throw new SignatureFault(`it is about ${about}, needed ${digest}`);
  const from = identity['docker-reference'];
  if (from !== repository) throw new SignatureFault(`it is for ${from}, needed ${repository}`);
  return `key ${index + 1}`;
}

function isBy(key: string, payload: string, signature: string): boolean {
  try {
    const spki = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    const hash = spki.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    return verify(hash, Buffer.from(payload), spki, Buffer.from(signature, 'base64'));
  } catch {
    // A key of a kind that signs nothing, or a signature that is none.
    return false;
  }
}

function signedBy(payload: string): z.output<typeof simpleSigning>['critical'] {
  try {
    return simpleSigning.parse(JSON.parse(payload)).critical;
  } catch {
    throw new SignatureFault('it is no statement of cosign about an image');
  }
}
