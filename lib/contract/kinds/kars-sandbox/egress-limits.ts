import * as z from 'zod';
import { egressLimits, LONGEST_WINDOW, type EgressLimitName } from '../../egress-limits.ts';

const limit = (name: EgressLimitName) =>
  z.int().min(1).max(egressLimits[name].most).optional().describe(egressLimits[name].description);

/** `spec.egressLimits`: how much of everything the egress proxy serves. */
export const egressLimitsSpec = z.strictObject({
  connections: limit('connections'),
  calls: limit('calls'),
  callsOfTarget: limit('callsOfTarget'),
  bytesOfTarget: z
    .strictObject({
      bytes: z.int().min(1).max(1e15).describe('Bytes of both directions together.'),
      seconds: z.int().min(1).max(LONGEST_WINDOW).describe('Length of each window.'),
    })
    .optional()
    .describe('What an endpoint may carry in a window; any amount when absent.'),
  headerBytes: limit('headerBytes'),
  headerSeconds: limit('headerSeconds'),
  helloSeconds: limit('helloSeconds'),
  resolveSeconds: limit('resolveSeconds'),
  connectSeconds: limit('connectSeconds'),
  idleSeconds: limit('idleSeconds'),
  lifetimeSeconds: limit('lifetimeSeconds'),
  dnsQueriesPerSecond: limit('dnsQueriesPerSecond'),
});

/** `spec.egressLimits` as a manifest carries it. */
export type EgressLimitsSpec = z.output<typeof egressLimitsSpec>;
