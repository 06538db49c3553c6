import * as z from 'zod';
import { defineKind } from '../../kind.ts';
import { uint16 } from '../../primitives.ts';
import { has, hasLength, withRules } from '../../rule.ts';
import { reportedNumber, reportedText, statusOf } from '../../status.ts';

/** One spelling of an instant, so that texts compare as instants do; days that no month has are refused where it is read. */
const INSTANT_PATTERN =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,3})?Z$';

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
    ttl: z
      .string()
      .optional()
      .describe('How long after approvedAt, as an ISO 8601 duration such as PT4H; or expiresAt.'),
    approvedAt: z
      .string()
      .optional()
      .describe(
        'From when it counts, in RFC 3339 and UTC. Without it nothing comes of the approval.',
      ),
    expiresAt: z
      .string()
      .optional()
      .describe('Until when it counts, in RFC 3339 and UTC, instead of ttl.'),
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
      cel: "!has(self.ttl) || self.ttl.matches('^P(\\\\d+Y)?(\\\\d+M)?(\\\\d+W)?(\\\\d+D)?(T(\\\\d+H)?(\\\\d+M)?(\\\\d+S)?)?$')",
      message: 'spec.ttl must be a positive ISO 8601 duration (e.g. PT15M, PT4H, P1D)',
      reason: 'FieldValueInvalid',
      holds: ({ ttl }) =>
        !has(ttl) || /^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/.test(ttl),
    },
    {
      cel: "!has(self.ttl) || self.ttl.matches('[1-9]')",
      message: 'spec.ttl must be > 0 (e.g. PT15M, not PT0S)',
      reason: 'FieldValueInvalid',
      holds: ({ ttl }) => !has(ttl) || /[1-9]/.test(ttl),
    },
    {
      cel: 'has(self.ttl) != has(self.expiresAt)',
      message: 'spec must set exactly one of `ttl` or `expiresAt`',
      reason: 'FieldValueInvalid',
      holds: ({ ttl, expiresAt }) => has(ttl) !== has(expiresAt),
    },
    ...(['approvedAt', 'expiresAt'] as const).map((field) => ({
      cel: `!has(self.${field}) || self.${field}.matches('${INSTANT_PATTERN}')`,
      message: `spec.${field} must be an instant of RFC 3339 in UTC (e.g. 2026-01-31T09:00:00Z)`,
      reason: 'FieldValueInvalid' as const,
      holds: (spec: { readonly [Key in typeof field]?: string | undefined }) =>
        !has(spec[field]) || new RegExp(INSTANT_PATTERN).test(spec[field]),
    })),
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
