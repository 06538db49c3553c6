import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson, type Json } from './canonical.ts';

/** The raw public key of Ed25519, 32 bytes in base64url (RFC 8037). */
const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What a record says that signs all records before it. */
export const auditAnchor = z.strictObject({
  /** When: after a start, at an interval, at the end of a segment, or at a stop. */
  at: z.enum(['start', 'interval', 'rotation', 'stop']),
  /** Public key of the signature. */
  key: publicKey,
  /** Of {@link signedText}, in base64url (RFC 8032). */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});

/** What a record says that signs all records before it. */
export type AuditAnchor = z.output<typeof auditAnchor>;

/** Signs texts with one key. */
export interface SigningProvider {
  /** The public key, 32 bytes in base64url. */
  readonly key: string;
  /** The signature of a text, in base64url. */
  readonly sign: (text: string) => string;
}

/**
 * Signs with a private key of Ed25519 in PEM (RFC 8410).
 *
 * @throws Error when the text is none.
 */
export function ed25519Signer(pem: string): SigningProvider {
  const secret = createPrivateKey(pem);
  if (secret.asymmetricKeyType !== 'ed25519') {
    throw new Error(`got a key of type ${String(secret.asymmetricKeyType)}, supply one of ed25519`);
  }
  const { x } = createPublicKey(secret).export({ format: 'jwk' });
  return {
    key: publicKey.parse(x),
    sign: (text) => sign(undefined, Buffer.from(text), secret).toString('base64url'),
  };
}

/** Whether a signature of a text is by the owner of a public key. */
export function isSignedBy(key: string, text: string, signature: string): boolean {
  return verify(undefined, Buffer.from(text), keyObject(key), Buffer.from(signature, 'base64url'));
}

const keyObject = (x: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });

/** What the signature of a record is over: its canonical JSON without hash and signature. */
export const signedText = (
  record: { readonly [member: string]: Json | undefined },
  { at, key }: Omit<AuditAnchor, 'signature'>,
): string => canonicalJson({ ...record, hash: undefined, anchor: { at, key } });
