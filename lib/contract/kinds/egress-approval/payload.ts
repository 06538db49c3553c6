import * as z from 'zod';
import { hostFault } from '../../names.ts';
import { port } from '../../primitives.ts';

/** Longest time that an approval may last where a sandbox says nothing, in seconds: a day. */
export const DEFAULT_CEILING = 86_400;

/** Longest time that a sandbox may let an approval last, in seconds: a week, as in kars v0.1.x. */
export const LONGEST_CEILING = 604_800;

/** An exact host, as no wildcard is ever approved. */
const approvedHost = z.strictObject({
  host: z
    .string()
    .max(253)
    .superRefine((host, context) => {
      const message = hostFault(host);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  port: port(),
});

/** What the egress proxy reads: hosts that a sandbox may connect to from one instant to another. */
export const egressApprovalPayload = z
  .strictObject({
    /** Name of the sandbox; no other one takes the approval. */
    sandbox: z.string().min(1).max(253),
    hosts: z.array(approvedHost).min(1).max(16),
    reason: z.string().min(1).max(2048),
    ticket: z.string().min(1).max(512).optional(),
    /** RFC 3339, UTC. */
    approvedAt: z.iso.datetime(),
    /** RFC 3339, UTC. */
    expiresAt: z.iso.datetime(),
  })
  .refine(({ approvedAt, expiresAt }) => Date.parse(expiresAt) > Date.parse(approvedAt), {
    path: ['expiresAt'],
    message: 'supply an instant after approvedAt',
  });

/** What the egress proxy reads of one approval. */
export type EgressApprovalPayload = z.output<typeof egressApprovalPayload>;

/** How long an approval lasts, in seconds. */
export const approvedSeconds = ({
  approvedAt,
  expiresAt,
}: Pick<EgressApprovalPayload, 'approvedAt' | 'expiresAt'>): number =>
  (Date.parse(expiresAt) - Date.parse(approvedAt)) / 1000;
