import { createPublicKey, verify, type KeyObject } from 'node:crypto';

const RAW_BYTES = 32;

/** The Ed25519 public key behind 32 bytes in base64url without padding; undefined for anything else. */
export function publicKey(base64url: string): KeyObject | undefined {
  const raw = Buffer.from(base64url, 'base64url');
  if (raw.length !== RAW_BYTES || raw.toString('base64url') !== base64url) return undefined;
  // RFC 8037: the raw key is the x coordinate of an OKP key.
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url }, format: 'jwk' });
}

/** True when `signature` (base64url without padding) over `text` is by the owner of `key`. */
export function isSigned(text: string, signature: string, key: KeyObject): boolean {
  return verify(undefined, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}
