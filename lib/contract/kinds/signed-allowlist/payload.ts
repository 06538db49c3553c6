import * as z from 'zod';

const simpleSignature = z.strictObject({
  /** What was signed: the exact text. */
  payload: z.string().max(16 * 1024),
  signature: z.base64().max(4096),
});

/** A signature by key with the text that it is of. */
export type SimpleSignature = z.output<typeof simpleSignature>;

/** An artifact with its signatures, as a registry has them: exact texts, since digests are taken of them. */
export const signedAllowlistPayload = z.strictObject({
  /** `registry/repository@sha256:<64 hex>`, the digest being that of the manifest. */
  reference: z.string().max(512),
  /** The OCI manifest. */
  manifest: z.string().max(64 * 1024),
  /** The one layer. */
  artifact: z.string(),
  /** Sigstore bundles, one a signature. */
  bundles: z.array(z.string().max(64 * 1024)).max(16),
  /** Signatures by key as cosign wrote them before it had bundles, which is all that lists of kars v0.1.x have. */
  simpleSignatures: z.array(simpleSignature).max(16).optional(),
  /** What identities are verified with, a Sigstore `trusted_root.json`; absent where only keys sign. */
  trustedRoot: z
    .string()
    .max(256 * 1024)
    .optional(),
});

/** An artifact with its signatures. */
export type SignedAllowlistPayload = z.output<typeof signedAllowlistPayload>;
