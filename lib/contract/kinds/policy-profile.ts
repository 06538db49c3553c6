import * as z from 'zod';

/** A pattern of actions: one in full, or the beginning of some with `*` behind it. */
const action = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^*]*\*?$/);

const actions = z.array(action).max(1024);

const common = {
  name: z.string().min(1).max(128),
  /** Of two rules that match, the one with the higher number decides. */
  priority: z.int().min(-1_000_000).max(1_000_000).optional(),
};

/** Allows actions, or denies them. */
const capabilityRule = z.strictObject({
  ...common,
  type: z.literal('capability'),
  allowed_actions: actions.optional(),
  denied_actions: actions.optional(),
});

/** Has humans approve actions first. */
const approvalRule = z.strictObject({
  ...common,
  type: z.literal('approval'),
  actions: actions.min(1),
  min_approvals: z.int().min(1).max(100).optional(),
});

/** Bounds how often actions are carried out; counted by rule, so all actions of a rule share a number. */
const rateRule = z.strictObject({
  ...common,
  type: z.literal('rate_limit'),
  /** @default every action */
  actions: actions.min(1).optional(),
  max_calls: z.int().min(1).max(100_000),
  window: z.string().regex(/^[1-9]\d{0,5}[smh]$/),
});

/**
 * A profile of the agent governance toolkit, as kars v0.1.x has it. What it does not say is denied; a rule with
 * a member that nobody knows, such as a condition, makes no profile.
 */
export const policyProfile = z.strictObject({
  /** YAML reads a version without quotes as a number. */
  version: z.union([z.literal('1.0'), z.literal(1)]),
  /** What rules of decisions call the profile. */
  agent: z.string().min(1).max(128).optional(),
  policies: z
    .array(z.discriminatedUnion('type', [capabilityRule, approvalRule, rateRule]))
    .max(1024),
});

/** A profile of the agent governance toolkit. */
export type PolicyProfile = z.output<typeof policyProfile>;

/** One rule of a profile. */
export type PolicyRule = PolicyProfile['policies'][number];

const SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** The seconds of a length of time such as `1m`, or undefined for what is none. */
export function secondsOf(window: string): number | undefined {
  const [, digits, unit] = /^([1-9]\d{0,5})([smh])$/.exec(window) ?? [];
  return digits === undefined ? undefined : Number(digits) * SECONDS[unit as keyof typeof SECONDS];
}
