import { z } from 'zod';
import { defineKind } from '../kind.ts';
import { uint16 } from '../primitives.ts';
import { has, hasLength, withRules } from '../rule.ts';
import { reportedNumber, reportedText, statusOf } from '../status.ts';

/** Spec of an EgressApproval as a manifest carries it. */
export const egressApprovalSpec = withRules(
  z.strictObject({
    sandbox: z.string().describe('Name of a KarsSandbox in the same namespace.'),
    hosts: z
      .array(
        z.strictObject({
          host: z.string().describe('Host name.'),
          port: uint16().nullish().describe('TCP port, 443 when absent.'),
        }),
      )
      .describe('What the sandbox may reach besides its own entries; 1 to 16.'),
    reason: z.string().describe('Why, for the audit log.'),
    ticket: z.string().nullish().describe('Number of a ticket.'),
    ttl: z.string().describe('How long, as an ISO 8601 duration such as PT4H.'),
  }),
  [
    {
      cel: 'size(self.sandbox) > 0 && size(self.sandbox) <= 253',
      message: 'spec.sandbox must be 1-253 characters',
      reason: 'FieldValueInvalid',
      holds: ({ sandbox }) => hasLength(sandbox, 1, 253),
    },
    {
      cel: 'size(self.hosts) >= 1 && size(self.hosts) <= 16',
      message: 'spec.hosts must contain between 1 and 16 entries (small, scoped grants only)',
      reason: 'FieldValueInvalid',
      holds: ({ hosts }) => hosts.length >= 1 && hosts.length <= 16,
    },
    {
      cel: 'self.hosts.all(h, size(h.host) > 0 && size(h.host) <= 253)',
      message: 'each spec.hosts[*].host must be 1-253 characters',
      reason: 'FieldValueInvalid',
      holds: ({ hosts }) => hosts.every(({ host }) => hasLength(host, 1, 253)),
    },
    {
      cel: 'self.hosts.all(h, !has(h.port) || (h.port >= 1 && h.port <= 65535))',
      message: 'each spec.hosts[*].port, when set, must be 1-65535',
      reason: 'FieldValueInvalid',
      holds: ({ hosts }) => hosts.every(({ port }) => !has(port) || (port >= 1 && port <= 65_535)),
    },
    {
      cel: 'size(self.reason) >= 1 && size(self.reason) <= 512',
      message: 'spec.reason must be 1-512 characters',
      reason: 'FieldValueInvalid',
      holds: ({ reason }) => hasLength(reason, 1, 512),
    },
    {
      cel: "!self.reason.matches('[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F]')",
      message: 'spec.reason must not contain ASCII control bytes (audit-log injection guard)',
      reason: 'FieldValueInvalid',
      holds: ({ reason }) => !/[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]/.test(reason),
    },
    {
      cel: '!has(self.ticket) || (size(self.ticket) >= 1 && size(self.ticket) <= 128)',
      message: 'spec.ticket, when set, must be 1-128 characters',
      reason: 'FieldValueInvalid',
      holds: ({ ticket }) => !has(ticket) || hasLength(ticket, 1, 128),
    },
    {
      cel: "self.ttl.matches('^P(\\\\d+Y)?(\\\\d+M)?(\\\\d+W)?(\\\\d+D)?(T(\\\\d+H)?(\\\\d+M)?(\\\\d+S)?)?$')",
      message: 'spec.ttl must be a positive ISO 8601 duration (e.g. PT15M, PT4H, P1D)',
      reason: 'FieldValueInvalid',
      holds: ({ ttl }) => /^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/.test(ttl),
    },
    {
      cel: "self.ttl.matches('[1-9]')",
      message: 'spec.ttl must be > 0 (e.g. PT15M, not PT0S)',
      reason: 'FieldValueInvalid',
      holds: ({ ttl }) => /[1-9]/.test(ttl),
    },
  ],
);

/** Spec of an EgressApproval as a manifest carries it. */
export type EgressApprovalSpec = z.input<typeof egressApprovalSpec>;

/** EgressApproval of kars v0.1.x. */
export const egressApproval = defineKind({
  kind: 'EgressApproval',
  plural: 'egressapprovals',
  shortName: 'eappr',
  scope: 'Namespaced',
  description: 'A request to let one sandbox reach a few further hosts for a while.',
  spec: egressApprovalSpec,
  specRequired: true,
  status: statusOf({
    effectiveAt: reportedText('From when the approval counts.'),
    expiresAt: reportedText('Until when the approval counts.'),
    mergedDigest: reportedText('Digest of everything that the sandbox may reach.'),
    hostCount: reportedNumber('How many hosts the approval has.'),
    usageCount: reportedNumber('How often the approval was used.'),
  }),
  columns: [
    { name: 'Sandbox', type: 'string', jsonPath: '.spec.sandbox' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Expires', type: 'string', jsonPath: '.status.expiresAt' },
    { name: 'Hosts', type: 'integer', jsonPath: '.status.hostCount' },
  ],
});
