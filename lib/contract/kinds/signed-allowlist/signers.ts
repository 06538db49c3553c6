import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson, DIGEST } from '../../canonical.ts';
import { failure, success, type Result } from '../../problem.ts';
import { interpreted, problemsOf } from '../../schema-problems.ts';

/** The kubelet expands `$(NAME)` in arguments. */
const plain = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^$]*$/, 'supply a text without $');

/** Who may sign: any one of these. As an argument of a process, so that admission can hold it. */
export const signerPolicy = z
  .strictObject({
    /** Public keys, SubjectPublicKeyInfo in DER, in base64. */
    keys: z.array(z.base64().max(2048)).max(16).optional(),
    /** Subjects of certificates of Fulcio, exactly, each with the issuer of its token. */
    identities: z
      .array(z.strictObject({ issuer: plain, subject: plain }))
      .max(16)
      .optional(),
    /** Digest of the trusted root that identities are verified with. */
    trustedRoot: z.string().regex(DIGEST).optional(),
  })
  .refine(({ keys = [], identities = [] }) => keys.length + identities.length > 0, {
    message: 'supply at least one key or identity',
  })
  .refine(
    ({ identities = [], trustedRoot }) => identities.length === 0 || trustedRoot !== undefined,
    {
      message: 'supply the trusted root that identities are verified with',
    },
  );

/** Who may sign. */
export type SignerPolicy = z.output<typeof signerPolicy>;

/** One spelling, since admission compares arguments as texts. */
export const encodeSigners = (signers: SignerPolicy): string => canonicalJson(signers);

/** Reads the argument of a process. */
export function decodeSigners(text: string): Result<SignerPolicy> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = signerPolicy.safeParse(json, interpreted);
  return parsed.success
    ? success(parsed.data)
    : failure(...problemsOf(parsed.error, 'KARS_SIGNERS_INVALID', 'signers'));
}

/** A public key in PEM as {@link SignerPolicy} has it; undefined when the text holds none. */
export function spkiOf(pem: string): string | undefined {
  // Node makes a public key out of a private one, which belongs in no manifest.
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64');
  } catch {
    return undefined;
  }
}
