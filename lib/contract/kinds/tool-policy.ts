import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { ociArtifactRef, stringMap, uint32 } from '../primitives.ts';
import { failure, success, type Result } from '../problem.ts';
import { has, withRules } from '../rule.ts';
import { policyProfile, secondsOf } from './policy-profile.ts';
import { reportedText, statusOf } from '../status.ts';

const toolName = z.string().min(1).max(256);

/** As many as the router counts one by one. */
const MOST_CALLS = 100_000;

const rateBound = z.strictObject({
  calls: z.int().min(1).max(MOST_CALLS),
  seconds: z.int().min(1),
});

/** Calls that there may be, in any stretch of so many seconds. */
type RateBound = z.output<typeof rateBound>;

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
      .describe(
        'Names of the tools that an agent may offer to its model, and that its answers may call, `*` for all.',
      ),
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
        rps: uint32().nullish().describe('Calls of tools in a second, on average over the window.'),
        burst: uint32()
          .nullish()
          .describe('Most calls in one second; as many as `rps` unless it says otherwise.'),
        window: z
          .string()
          .nullish()
          .describe('Length of the window, such as `1m`, which it is unless it says otherwise.'),
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

/** The text of a profile; a ConfigMap has room for a mebibyte. */
const LONGEST_PROFILE = 256 * 1024;

/** What the router reads of a ToolPolicy. */
export const toolPolicyPayload = z.strictObject({
  /** Names of the tools that a request may offer, and an answer may call; `*` stands for all. */
  allowedTools: z.array(toolName).max(1024),
  /** Whether a human has to approve each call. */
  approval: z.literal('always').optional(),
  /** Calls of tools that there may be, in any stretch of so many seconds. */
  rateBounds: z.array(rateBound).max(2).optional(),
  /** Profile of the agent governance toolkit, as YAML. */
  profile: z.string().max(LONGEST_PROFILE).optional(),
});

/** What the router reads of a ToolPolicy. */
export type ToolPolicyPayload = z.output<typeof toolPolicyPayload>;

/** The payload of a ToolPolicy, or why it has none. */
export function compileToolPolicy(
  spec: z.output<typeof toolPolicySpec>,
): Result<ToolPolicyPayload> {
  const allowedTools = compileTools(spec);
  const approval = compileApproval(spec.approval?.mode);
  const rateBounds = compileRate(spec.rateLimit);
  const profile = compileProfile(spec.agtProfile?.inline);
  const problems = [allowedTools, approval, rateBounds, profile].flatMap((part) =>
    part.ok ? [] : part.problems,
  );
  if (!allowedTools.ok || !approval.ok || !rateBounds.ok || !profile.ok)
    return failure(...problems);
  return success({
    allowedTools: allowedTools.value,
    ...(approval.value === undefined ? {} : { approval: approval.value }),
    ...(rateBounds.value.length === 0 ? {} : { rateBounds: rateBounds.value }),
    ...(profile.value === undefined ? {} : { profile: profile.value }),
  });
}

/** A policy about one tool allows no other. */
function compileTools({
  allowedTools,
  appliesTo,
}: z.output<typeof toolPolicySpec>): Result<string[]> {
  if (allowedTools === undefined) {
    return failure({
      path: 'spec.allowedTools',
      code: 'KARS_POLICY_WITHOUT_TOOLS',
      message: 'got none, supply the tools that the policy allows, or an empty list',
    });
  }
  const { tool } = appliesTo;
  const listed = [...new Set(allowedTools)].sort();
  if (!has(tool) || tool === '*') return success(listed);
  return success(listed.includes('*') || listed.includes(tool) ? [tool] : []);
}

/** Of a call nobody knows the amount, so that with a threshold each one needs approval. */
function compileApproval(mode: string | null | undefined): Result<'always' | undefined> {
  if (!has(mode) || mode === 'never') return success(undefined);
  if (mode === 'always' || mode === 'aboveThreshold') return success('always');
  return failure({
    path: 'spec.approval.mode',
    code: 'KARS_POLICY_APPROVAL',
    message: `got ${JSON.stringify(mode)}, supply never, always or aboveThreshold`,
  });
}

/** Seconds over which calls are averaged where nothing is said. */
const MINUTE = 60;

/** On average `rps` calls a second over the window, and in one second no more than `burst`. */
function compileRate(limit: z.output<typeof toolPolicySpec>['rateLimit']): Result<RateBound[]> {
  if (!has(limit)) return success([]);
  const { rps, burst, window } = limit;
  const seconds = has(window) ? secondsOf(window) : undefined;
  const most = has(rps) ? rps * (seconds ?? MINUTE) : 1;
  const peak = burst ?? rps ?? 0;
  if (
    (has(window) && seconds === undefined) ||
    peak < 1 ||
    most < 1 ||
    Math.max(peak, most) > MOST_CALLS
  ) {
    return failure({
      path: 'spec.rateLimit',
      code: 'KARS_POLICY_RATE',
      message: `got ${JSON.stringify(limit)}, supply rps or burst from 1, a window such as 1m, and no more than ${MOST_CALLS} calls in it`,
    });
  }
  return success(
    has(rps)
      ? [
          { calls: peak, seconds: 1 },
          { calls: most, seconds: seconds ?? MINUTE },
        ]
      : [{ calls: peak, seconds: seconds ?? 1 }],
  );
}

/** JSON is YAML, and is judged here; other YAML the router reads, which keeps what it had if it is no profile. */
function compileProfile(text: string | null | undefined): Result<string | undefined> {
  if (!has(text)) return success(undefined);
  const invalid = (message: string): Result<never> =>
    failure({ path: 'spec.agtProfile.inline', code: 'KARS_PROFILE_INVALID', message });
  if (text.length > LONGEST_PROFILE) {
    return invalid(`got ${text.length} characters, allowed are ${LONGEST_PROFILE}`);
  }
  const issue = policyProfile.safeParse(parse(text)).error?.issues[0];
  return issue === undefined || parse(text) === undefined
    ? success(text)
    : invalid(`${issue.path.join('.')}: ${issue.message}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
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
