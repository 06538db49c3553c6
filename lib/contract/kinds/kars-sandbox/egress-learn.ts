import * as z from 'zod';
import { port } from '../../primitives.ts';

/** Ports that hosts are learned on where a sandbox names none. */
const DEFAULT_PORTS: readonly number[] = [80, 443];

/** For how long every host is let through and noted, as a manifest carries it. */
export const egressLearn = z.strictObject({
  until: z
    .string()
    .max(32)
    .describe('When it ends, RFC 3339 in UTC; from then on only listed endpoints are reached.'),
  ports: z
    .array(port())
    .min(1)
    .max(64)
    .optional()
    .describe('Ports of the hosts that are let through, 80 and 443 when absent.'),
});

/** The same as the egress proxy reads it. */
export const learnPayload = z.strictObject({
  until: z.iso.datetime(),
  ports: z.array(port()).min(1).max(64),
});

/** For how long every host is let through, and on which ports. */
export type LearnPayload = z.output<typeof learnPayload>;

/** As a manifest carries it. */
export interface EgressLearn {
  readonly until: string;
  readonly ports?: readonly number[] | undefined;
}

/** With its default, the ports in order. */
export const compileLearn = ({ until, ports = DEFAULT_PORTS }: EgressLearn): LearnPayload => ({
  until,
  ports: [...new Set(ports)].sort((a, b) => a - b),
});

/** Why `until` is no instant, or undefined when it is one. */
export const untilFault = (until: string): string | undefined =>
  z.iso.datetime().safeParse(until).success
    ? undefined
    : `got "${until}", supply an instant in UTC such as 2026-01-31T09:00:00Z`;
