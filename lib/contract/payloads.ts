import type { z } from 'zod';
import { documentSetPayload } from './document-set.ts';
import { inferencePolicyPayload } from './kinds/inference-policy.ts';
import { egressAllowlistPayload } from './kinds/kars-sandbox/egress-allowlist.ts';
import { toolPolicyPayload } from './kinds/tool-policy.ts';
import type { DocumentKind } from './projection.ts';

/** The schema of the payload of each kind of document. */
export const payloadSchemas = {
  set: documentSetPayload,
  'inference-policy': inferencePolicyPayload,
  'tool-policy': toolPolicyPayload,
  'egress-allowlist': egressAllowlistPayload,
} as const satisfies Readonly<Record<DocumentKind, z.ZodType>>;

/** The payload of a kind of document. */
export type PayloadOf<K extends DocumentKind> = z.output<(typeof payloadSchemas)[K]>;
