import { z } from 'zod';
import { int64, integer } from '../../primitives.ts';
import { runtimeKinds } from './runtime.ts';

/** Status of a KarsSandbox. */
export const karsSandboxStatus = z.strictObject({
  phase: z.enum(['Pending', 'Creating', 'Running', 'Failed', 'Terminating', 'Degraded']).optional(),
  conditions: z
    .array(
      z.strictObject({
        type: z.string().optional(),
        status: z.string().optional(),
        reason: z.string().optional(),
        message: z.string().optional(),
        lastTransitionTime: z.string().meta({ format: 'date-time' }).optional(),
      }),
    )
    .optional(),
  sandboxPod: z.string().optional(),
  namespace: z.string().optional(),
  inferenceEndpoint: z.string().optional(),
  tokensUsed: z
    .strictObject({ input: integer().optional(), output: integer().optional() })
    .optional(),
  foundryAgentId: z.string().optional(),
  runtimeKind: z.enum(runtimeKinds).optional(),
  observedGeneration: int64().optional(),
  agentIdentity: z
    .strictObject({
      appId: z.string(),
      objectId: z.string(),
      displayName: z.string(),
      createdAt: z.string().optional(),
    })
    .optional(),
});
