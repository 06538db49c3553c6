import * as z from 'zod';

/**
 * What the egress proxy writes to its own log, which the agent cannot write, about attempts that it has
 * denied, or let through because it learns: at the first attempt at a target, and once a minute as long as
 * there are more.
 */
export const attemptRecord = z.object({
  /** RFC 3339, UTC. */
  time: z.iso.datetime(),
  event: z.enum(['egress-blocked', 'egress-learned']),
  /** Host name or address. */
  host: z.string(),
  /** Null for a name that was only looked up. */
  port: z.int().min(0).max(65_535).nullable(),
  /** How the last attempt came in. */
  surface: z.string(),
  /** Why it was denied; `''` when it was not. */
  code: z.string(),
  /** Attempts since the record before. */
  count: z.int().min(1),
  /** What the change would open; `''` where no entry can. */
  opens: z.string(),
  /** The change for the construct, a value of `egress`. */
  construct: z.string(),
  /** The change for the manifest, an item of `spec.networkPolicy.allowedEndpoints`. */
  manifest: z.string(),
});

/** One record of denied attempts. */
export type AttemptRecord = z.output<typeof attemptRecord>;
