import type { z } from 'zod';
import type { inferencePolicySpec } from '../kinds/inference-policy.ts';
import type { karsSandboxSpec } from '../kinds/kars-sandbox/index.ts';
import type { toolPolicySpec } from '../kinds/tool-policy.ts';

/** A sandbox and its policies, as the contract accepted them. */
export interface PostureInput {
  readonly namespace: string;
  readonly name: string;
  readonly sandbox: z.output<typeof karsSandboxSpec>;
  readonly inferencePolicy: z.output<typeof inferencePolicySpec>;
  readonly toolPolicy: z.output<typeof toolPolicySpec> | undefined;
}
