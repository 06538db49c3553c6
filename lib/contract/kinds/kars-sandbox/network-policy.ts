import * as z from 'zod';
import { LONGEST_CEILING } from '../egress-approval/payload.ts';
import { integer, ociArtifactRef, port } from '../../primitives.ts';
import { has, withRules } from '../../rule.ts';
import { egressHttp } from './egress-http.ts';
import { egressLearn } from './egress-learn.ts';
import { egressProtocol } from './egress-protocol.ts';

const egressModes: readonly string[] = ['Strict', 'Learn'];

/** The fields that a list of what may be reached consists of. */
export const egressList = {
  allowedEndpoints: z
    .array(
      z.strictObject({
        host: z
          .string()
          .optional()
          .describe('Host name, or *.suffix for every host below the suffix.'),
        cidr: z
          .string()
          .max(64)
          .optional()
          .describe('Range of addresses instead of a host, for private endpoints.'),
        port: integer().optional().describe('TCP port, 443 when absent.'),
        endPort: integer()
          .optional()
          .describe('Last TCP port of a range that begins at port, as in a NetworkPolicy.'),
        protocol: egressProtocol()
          .optional()
          .describe(
            'What is spoken: tls with the name of the host, http by request, or tcp for anything. When absent tls on port 443, http on port 80, tcp elsewhere.',
          ),
        http: egressHttp().optional().describe('What may be asked for where the protocol is http.'),
      }),
    )
    .optional()
    .describe('What the agent may connect to.'),
  blockedHosts: z
    .array(z.string().max(253))
    .max(10_000)
    .optional()
    .describe(
      'Hosts, or *.suffix for every host below the suffix, that nothing opens: no endpoint and no approval.',
    ),
  encryptedHello: z
    .enum(['Refuse', 'Outer'])
    .optional()
    .describe(
      'Refuse, also when absent: a ClientHello with an encrypted part (ECH) is refused. Outer: its outer name decides.',
    ),
};

/** `spec.networkPolicy`: what the agent may connect to. */
export const networkPolicy = withRules(
  z.strictObject({
    defaultDeny: z
      .boolean()
      .default(true)
      .describe('Kept true by the constructs, whatever stands here.'),
    egressMode: z
      .string()
      .nullish()
      .describe(
        'Strict, also when absent: only listed endpoints are reached, but for learn. Learn is read as Strict, since it has no end.',
      ),
    ...egressList,
    learn: egressLearn
      .optional()
      .describe('A time in which every public host is reached, and noted.'),
    approvals: z
      .strictObject({
        maxSeconds: z
          .int()
          .min(0)
          .max(LONGEST_CEILING)
          .optional()
          .describe('Longest time that an approval may last, a day when absent; 0 takes none.'),
        ports: z
          .array(port())
          .max(64)
          .optional()
          .describe('Ports that approvals may open besides those of hosts and providers.'),
      })
      .optional()
      .describe('What operators may open for a while.'),
    allowlistRef: ociArtifactRef()
      .extend({
        digest: z
          .string()
          .regex(/^sha(256|384|512):[a-f0-9]+$/)
          .describe('Digest of the manifest.'),
      })
      .optional()
      .describe('Signed list of endpoints in a registry.'),
  }),
  [
    {
      // The API server refuses null in a schema with an enum, and kars v0.1.x takes it for a default.
      cel: "!has(self.egressMode) || self.egressMode in ['Strict','Learn']",
      message: 'spec.networkPolicy.egressMode must be one of: Strict, Learn',
      reason: 'FieldValueInvalid',
      holds: ({ egressMode }) => !has(egressMode) || egressModes.includes(egressMode),
    },
    {
      cel: '!has(self.allowedEndpoints) || self.allowedEndpoints.all(e, has(e.host) != has(e.cidr))',
      message: 'spec.networkPolicy.allowedEndpoints[*] must set exactly one of `host` or `cidr`',
      reason: 'FieldValueInvalid',
      holds: ({ allowedEndpoints = [] }) =>
        allowedEndpoints.every(({ host, cidr }) => has(host) !== has(cidr)),
    },
  ],
);
