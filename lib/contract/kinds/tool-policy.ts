import { z } from 'zod';

const toolName = z.string().min(1).max(256);

/** What the router reads of a ToolPolicy. */
export const toolPolicyPayload = z.strictObject({
  /** Names of the tools that a request may offer to the model; `*` stands for all. */
  allowedTools: z.array(toolName).max(1024),
});

/** What the router reads of a ToolPolicy. */
export type ToolPolicyPayload = z.output<typeof toolPolicyPayload>;
