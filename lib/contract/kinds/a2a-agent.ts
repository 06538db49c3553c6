import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { int64, uint32 } from '../primitives.ts';
import { has, withRules } from '../rule.ts';
import { reportedRef, reportedText, statusOf } from '../status.ts';

const peer = z.strictObject({
  label: z.string().describe('Name for humans.'),
  kind: z.string().describe('`in-cluster` or `external`.'),
  agentRef: z.string().nullish().describe('Name of an A2AAgent, for `in-cluster`.'),
  endpointUrl: z.string().nullish().describe('Address, for `external`.'),
  pinnedKid: z.string().nullish().describe('Id of the key that signs, for `external`.'),
});

const isWellFormed = ({ kind, agentRef, endpointUrl, pinnedKid }: z.output<typeof peer>): boolean =>
  (kind === 'in-cluster' && has(agentRef) && !has(endpointUrl)) ||
  (kind === 'external' && has(endpointUrl) && has(pinnedKid) && !has(agentRef));

/** Spec of an A2AAgent as a manifest carries it. */
export const a2aAgentSpec = withRules(
  z.strictObject({
    endpointUrl: z.string().describe('Where other agents reach this one.'),
    signingKeys: z
      .array(
        z.strictObject({
          kid: z.string().describe('Key id.'),
          alg: z.string().describe('Always EdDSA.'),
          publicKeyB64u: z
            .string()
            .describe('Ed25519 public key, 32 bytes in base64url without padding.'),
          notAfter: int64().nullish().describe('Seconds since 1970; absent: no end.'),
        }),
      )
      .describe('Keys that sign the agent card.'),
    productionMode: z.boolean().default(false).describe('Whether the address has to be https.'),
    displayName: z.string().nullish().describe('Name for humans.'),
    description: z.string().nullish().describe('What the agent does.'),
    capabilities: z.array(z.string()).default([]).describe('What the agent can do.'),
    trust: z
      .strictObject({
        requireSignedRequests: z
          .boolean()
          .default(false)
          .describe('Whether unsigned requests are refused.'),
        minSignaturesRequired: uint32().nullish().describe('Signatures that a request needs.'),
        maxClockSkewSeconds: int64().nullish().describe('Most difference between clocks.'),
      })
      .nullish()
      .describe('What a caller has to prove.'),
    federation: z.array(peer).default([]).describe('Agents that this one knows.'),
    policyRefs: z
      .strictObject({ toolPolicy: z.string().nullish().describe('Name of a ToolPolicy.') })
      .nullish()
      .describe('Policies for calls of other agents.'),
  }),
  [
    {
      cel: 'size(self.signingKeys) > 0',
      message: 'spec.signingKeys must contain at least one entry',
      reason: 'FieldValueInvalid',
      holds: ({ signingKeys }) => signingKeys.length > 0,
    },
    {
      cel: "self.signingKeys.all(k, k.alg == 'EdDSA')",
      message: "spec.signingKeys[*].alg must be 'EdDSA' (only supported algorithm)",
      reason: 'FieldValueInvalid',
      holds: ({ signingKeys }) => signingKeys.every(({ alg }) => alg === 'EdDSA'),
    },
    {
      cel: "self.productionMode == false || self.endpointUrl.startsWith('https://')",
      message: 'productionMode requires spec.endpointUrl to begin with https://',
      reason: 'FieldValueInvalid',
      holds: ({ productionMode, endpointUrl }) =>
        !productionMode || endpointUrl.startsWith('https://'),
    },
    {
      cel: "self.federation.all(p, (p.kind == 'in-cluster' && has(p.agentRef) && !has(p.endpointUrl)) || (p.kind == 'external' && has(p.endpointUrl) && has(p.pinnedKid) && !has(p.agentRef)))",
      message:
        "federation peers: kind 'in-cluster' requires agentRef only; kind 'external' requires endpointUrl + pinnedKid",
      reason: 'FieldValueInvalid',
      holds: ({ federation }) => federation.every(isWellFormed),
    },
  ],
);

/** Spec of an A2AAgent as a manifest carries it. */
export type A2AAgentSpec = z.input<typeof a2aAgentSpec>;

/** A2AAgent of kars v0.1.x. */
export const a2aAgent = defineKind({
  kind: 'A2AAgent',
  plural: 'a2aagents',
  shortName: 'a2a',
  scope: 'Namespaced',
  description: 'An agent that others may call by the A2A protocol.',
  spec: a2aAgentSpec,
  specRequired: true,
  status: statusOf({
    agentCardConfigMapRef: reportedRef('ConfigMap with the agent card.'),
    versionHash: reportedText('Short digest of the agent card.'),
    lastCompiledAt: reportedText('When the agent card was made.'),
  }),
  columns: [
    { name: 'Endpoint', type: 'string', jsonPath: '.spec.endpointUrl' },
    { name: 'Production', type: 'boolean', jsonPath: '.spec.productionMode' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
});
