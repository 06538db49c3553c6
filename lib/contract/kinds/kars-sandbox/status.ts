import * as z from 'zod';
import { int64, integer } from '../../primitives.ts';
import { runtimeKinds } from './runtime.ts';

const text = (description: string) => z.string().optional().describe(description);

const condition = z.strictObject({
  type: text('What the condition is about.'),
  status: text('True, False or Unknown.'),
  reason: text('One word for programs.'),
  message: text('A sentence for humans.'),
  lastTransitionTime: z
    .string()
    .meta({ format: 'date-time' })
    .optional()
    .describe('When the status last changed.'),
});

/** Status of a KarsSandbox. */
export const karsSandboxStatus = z.strictObject({
  phase: z
    .enum(['Pending', 'Creating', 'Running', 'Failed', 'Terminating', 'Degraded'])
    .optional()
    .describe('Where the sandbox stands, in one word.'),
  conditions: z.array(condition).optional().describe('What holds of the sandbox, one each.'),
  sandboxPod: text('Name of the pod.'),
  namespace: text('Namespace of the pod.'),
  inferenceEndpoint: text('Address of the router.'),
  tokensUsed: z
    .strictObject({
      input: integer().optional().describe('Tokens of requests.'),
      output: integer().optional().describe('Tokens of answers.'),
    })
    .optional()
    .describe('Tokens that the sandbox used.'),
  foundryAgentId: text('Id of the agent at a Foundry project.'),
  runtimeKind: z.enum(runtimeKinds).optional().describe('Kind of the runtime.'),
  observedGeneration: int64()
    .optional()
    .describe('Generation of the spec that this was found for.'),
  agentIdentity: z
    .strictObject({
      appId: z.string().describe('Id of the application.'),
      objectId: z.string().describe('Id of the object.'),
      displayName: z.string().describe('Name for humans.'),
      createdAt: text('When it was made.'),
    })
    .optional()
    .describe('Identity of the agent in Entra.'),
});
