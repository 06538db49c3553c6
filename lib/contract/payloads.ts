import type { z } from 'zod';
import { documentSetPayload } from './document-set.ts';
import { inferencePolicyPayload } from './kinds/inference-policy.ts';
import { egressAllowlistPayload } from './kinds/kars-sandbox/egress-allowlist.ts';
import { signedAllowlistPayload } from './kinds/signed-allowlist/payload.ts';
import { toolPolicyPayload } from './kinds/tool-policy.ts';
import { decode, type Document } from './document.ts';
import type { Result } from './problem.ts';
import type { DocumentKind } from './projection.ts';

/** The schema of the payload of each kind of document. */
export const payloadSchemas = {
  set: documentSetPayload,
  'inference-policy': inferencePolicyPayload,
  'tool-policy': toolPolicyPayload,
  'egress-allowlist': egressAllowlistPayload,
  'signed-allowlist': signedAllowlistPayload,
} as const satisfies Readonly<Record<DocumentKind, z.ZodType>>;

/** The payload of a kind of document. */
export type PayloadOf<K extends DocumentKind> = z.output<(typeof payloadSchemas)[K]>;

/** Reads the bytes of a document of a known kind; refuses what {@link decode} refuses. */
export function decodeKind<K extends DocumentKind>(
  kind: K,
  body: string,
): Result<Document<PayloadOf<K>>> {
  // The table pairs each kind with its schema, which an index by a type parameter loses.
  return decode(kind, body, payloadSchemas[kind] as unknown as z.ZodType<PayloadOf<K>>);
}
