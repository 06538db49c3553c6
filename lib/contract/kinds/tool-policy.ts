import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { ociArtifactRef, stringMap, uint32 } from '../primitives.ts';
import { failure, success, type Result } from '../problem.ts';
import { has, withRules } from '../rule.ts';
import { reportedText, statusOf } from '../status.ts';

const toolName = z.string().min(1).max(256);

/** Spec of a ToolPolicy as a manifest carries it. */
export const toolPolicySpec = withRules(
  z.strictObject({
    appliesTo: z
      .strictObject({
        tool: z.string().nullish().describe('Name of the tool, `*` for all.'),
        mcpServer: z.string().nullish().describe('Name of the McpServer that offers the tool.'),
        sandboxMatchLabels: stringMap()
          .default({})
          .describe(
            'Labels of the sandboxes; at least one. A sandbox refers to its policy by name.',
          ),
      })
      .describe('What the policy is about.'),
    allowedTools: z
      .array(toolName)
      .max(1024)
      .optional()
      .describe('Names of the tools that an agent may offer to its model, `*` for all.'),
    commerce: z
      .strictObject({
        dailyCap: z.string().nullish().describe('Most money in a day, such as `USD 100.00`.'),
        monthlyCap: z.string().nullish().describe('Most money in a month.'),
        perTransferCap: z.string().nullish().describe('Most money in one transfer.'),
        counterpartyAllowlist: z
          .array(z.string())
          .default([])
          .describe('Who may be paid; nobody when empty.'),
      })
      .nullish()
      .describe('Limits on payments.'),
    rateLimit: z
      .strictObject({
        rps: uint32().nullish().describe('Calls in a second.'),
        burst: uint32().nullish().describe('Calls at once.'),
        window: z.string().nullish().describe('Length of the window, such as `1m`.'),
      })
      .nullish()
      .describe('Limits on the rate of calls.'),
    approval: z
      .strictObject({
        mode: z.string().nullish().describe('`never`, `always` or `aboveThreshold`.'),
        threshold: z.string().nullish().describe('Amount from which approval is needed.'),
        channel: z.string().nullish().describe('Where approval is asked for.'),
      })
      .nullish()
      .describe('When a human has to approve a call.'),
    displayName: z.string().nullish().describe('Name for humans.'),
    agtProfile: z
      .strictObject({
        inline: z.string().nullish().describe('Profile of the agent governance toolkit, as YAML.'),
        bundleRef: ociArtifactRef().nullish().describe('Signed profile in a registry.'),
      })
      .nullish()
      .describe('Profile of the agent governance toolkit.'),
  }),
  [
    {
      cel: 'has(self.appliesTo.sandboxMatchLabels) && size(self.appliesTo.sandboxMatchLabels) > 0',
      message: 'spec.appliesTo.sandboxMatchLabels must contain at least one label',
      reason: 'FieldValueInvalid',
      holds: ({ appliesTo }) => Object.keys(appliesTo.sandboxMatchLabels).length > 0,
    },
    {
      cel: '!has(self.agtProfile) || !(has(self.agtProfile.inline) && has(self.agtProfile.bundleRef))',
      message: 'spec.agtProfile.inline and spec.agtProfile.bundleRef are mutually exclusive',
      reason: 'FieldValueInvalid',
      holds: ({ agtProfile }) =>
        !has(agtProfile) || !(has(agtProfile.inline) && has(agtProfile.bundleRef)),
    },
  ],
);

/** Spec of a ToolPolicy as a manifest carries it. */
export type ToolPolicySpec = z.input<typeof toolPolicySpec>;

/** What the router reads of a ToolPolicy. */
export const toolPolicyPayload = z.strictObject({
  /** Names of the tools that a request may offer to the model; `*` stands for all. */
  allowedTools: z.array(toolName).max(1024),
});

/** What the router reads of a ToolPolicy. */
export type ToolPolicyPayload = z.output<typeof toolPolicyPayload>;

/** The payload of a ToolPolicy, or why it has none. */
export function compileToolPolicy(
  spec: z.output<typeof toolPolicySpec>,
): Result<ToolPolicyPayload> {
  const { allowedTools } = spec;
  return allowedTools === undefined
    ? failure({
        path: 'spec.allowedTools',
        code: 'KARS_POLICY_WITHOUT_TOOLS',
        message: 'got none, supply the tools that the policy allows, or an empty list',
      })
    : success({ allowedTools: [...new Set(allowedTools)].sort() });
}

/** ToolPolicy of kars v0.1.x, with `allowedTools` added. */
export const toolPolicy = defineKind({
  kind: 'ToolPolicy',
  plural: 'toolpolicies',
  shortName: 'tp',
  scope: 'Namespaced',
  description: 'Which tools an agent may use.',
  spec: toolPolicySpec,
  specRequired: true,
  status: statusOf({
    lastCompiledAt: reportedText('When the policy was compiled.'),
    agtProfileDigest: reportedText('Digest of the profile.'),
    agtProfileBundleDigest: reportedText('Digest of the bundle that the profile came from.'),
  }),
  columns: [
    { name: 'Tool', type: 'string', jsonPath: '.spec.appliesTo.tool' },
    { name: 'DailyCap', type: 'string', jsonPath: '.spec.commerce.dailyCap' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
});
