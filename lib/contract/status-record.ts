import * as z from 'zod';

/** A model at a provider, by one of its APIs, and whether calls go to it. */
export const circuitStatus = z.object({
  provider: z.string(),
  model: z.string(),
  /** Path of the API, below the base URL of the provider. */
  path: z.string(),
  /** `open`: it is left alone; `half-open`: the next call is a probe, or one is under way. */
  state: z.enum(['closed', 'open', 'half-open']),
  /** RFC 3339, UTC: until when it is left alone; absent where it is not. */
  until: z.iso.datetime().optional(),
});

/** Where the credential of a provider comes from, and how that went; nothing that is one, or leads to one. */
export const identityStatus = z.object({
  provider: z.string(),
  /** The one source that its policy names. */
  source: z.enum(['none', 'bearer', 'workload-identity', 'managed-identity']),
  /** RFC 3339, UTC: the end of the token that is held; absent for what has none, or before the first call. */
  expires: z.iso.datetime().optional(),
  /** Why the last attempt got none, as a code; `''` where it got one, or nobody has asked. */
  error: z.string(),
});

/** What is left of a window of a budget. */
export const budgetStatus = z.object({
  window: z.enum(['hour', 'day', 'month']),
  /** Tokens that it has. */
  limit: z.int().min(0),
  left: z.int().min(0),
  /** RFC 3339, UTC. */
  ends: z.iso.datetime(),
});

/**
 * What a sidecar writes to its own log, which the agent cannot write, about itself: at start, whenever
 * something of it changes, and once a minute. It serves the same at its status port.
 */
export const statusRecord = z.object({
  /** RFC 3339, UTC. */
  time: z.iso.datetime(),
  event: z.literal('status'),
  ready: z.boolean(),
  /** Why the process is not ready; `''` when it is. */
  reason: z.string(),
  /** Digest of the document set in force, `''` without one. */
  set: z.string(),
  /** Why the newest documents are not in force; `''` when they are. */
  refused: z.string(),
  /** Those that have been called since the start of the process, open ones first; of the router only. */
  circuits: z.array(circuitStatus).optional(),
  /** One for each provider of the policy in force; of the router only. */
  identities: z.array(identityStatus).optional(),
  /** One for each window with a limit, the shortest first; of the router only. */
  budget: z.array(budgetStatus).optional(),
});

/** One status of a sidecar. */
export type StatusRecord = z.output<typeof statusRecord>;

/** What it says of the process, without when it was written. */
export type SidecarStatus = Omit<StatusRecord, 'time' | 'event'>;

/** State of one circuit. */
export type CircuitStatus = z.output<typeof circuitStatus>;

/** State of the credential of one provider. */
export type IdentityStatus = z.output<typeof identityStatus>;

/** State of one window of a budget. */
export type BudgetStatus = z.output<typeof budgetStatus>;
