import * as z from 'zod';

/**
 * What a sidecar writes to its own log, which the agent cannot write, about itself: at start, whenever
 * something of it changes, and once a minute.
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
});

/** One status of a sidecar. */
export type StatusRecord = z.output<typeof statusRecord>;
