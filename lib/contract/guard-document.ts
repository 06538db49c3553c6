import * as z from 'zod';
import { port } from './primitives.ts';

/** Version of the guard document that this release writes and its guard reads. */
export const GUARD_DOCUMENT_VERSION = 1;

const tables = z.strictObject({
  filter: z.string().describe('Input of iptables-restore for the table filter.'),
  mangle: z.string().describe('Input of iptables-restore for the table mangle.'),
  nat: z.string().describe('Input of iptables-restore for the table nat.'),
});

const probe = z.strictObject({
  protocol: z.enum(['tcp', 'udp']),
  address: z.union([z.ipv4(), z.ipv6()]).describe('Address that no host has (RFC 5737, RFC 3849).'),
  port: port(),
});

/** What the egress guard loads and tries before anything else of the pod runs. */
export const guardDocument = z.strictObject({
  version: z.literal(GUARD_DOCUMENT_VERSION),
  nft: z.string().describe('Whole ruleset, in the form that nft lists it.'),
  iptables: z.strictObject({ ipv4: tables, ipv6: tables }),
  probes: z.array(probe).min(1).describe('Attempts that must be refused within the pod.'),
});

/** What the egress guard loads and tries. */
export type GuardDocument = z.output<typeof guardDocument>;
