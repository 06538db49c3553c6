import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { int64, uint32 } from '../primitives.ts';
import { has, withRules } from '../rule.ts';
import { reportedNumber, reportedRef, reportedText, statusOf } from '../status.ts';

/** Spec of a TrustGraph as a manifest carries it. */
export const trustGraphSpec = withRules(
  z.strictObject({
    vertices: z
      .array(
        z.strictObject({
          id: z.string().describe('What edges call the party.'),
          alg: z.string().describe('Always EdDSA.'),
          publicKeyB64u: z
            .string()
            .describe('Ed25519 public key, 32 bytes in base64url without padding.'),
          label: z.string().nullish().describe('Name for humans.'),
        }),
      )
      .describe('The parties.'),
    edges: z
      .array(
        z.strictObject({
          from: z.string().describe('Id of the vertex that trusts, and signs.'),
          to: z.string().describe('Id of the vertex that is trusted.'),
          score: uint32().describe('How far, from 0 to 1000.'),
          issuedAt: int64().describe('Seconds since 1970.'),
          notAfter: int64().nullish().describe('Seconds since 1970; absent: no end.'),
          signature: z.string().describe('Ed25519 signature in base64url without padding.'),
          reason: z.string().nullish().describe('Why; not part of what is signed.'),
        }),
      )
      .default([])
      .describe('Who trusts whom.'),
  }),
  [
    {
      cel: 'size(self.vertices) > 0',
      message: 'spec.vertices must contain at least one entry',
      reason: 'FieldValueInvalid',
      holds: ({ vertices }) => vertices.length > 0,
    },
    {
      cel: "self.vertices.all(v, v.alg == 'EdDSA')",
      message: "spec.vertices[*].alg must be 'EdDSA' (only supported algorithm)",
      reason: 'FieldValueInvalid',
      holds: ({ vertices }) => vertices.every(({ alg }) => alg === 'EdDSA'),
    },
    {
      cel: '!has(self.edges) || self.edges.all(e, e.score >= 0 && e.score <= 1000)',
      message: 'spec.edges[*].score must be in [0, 1000]',
      reason: 'FieldValueInvalid',
      holds: ({ edges }) => edges.every(({ score }) => score <= 1000),
    },
    {
      cel: '!has(self.edges) || self.edges.all(e, !has(e.notAfter) || e.notAfter >= e.issuedAt)',
      message: 'spec.edges[*].notAfter, when set, must be >= issuedAt',
      reason: 'FieldValueInvalid',
      holds: ({ edges }) =>
        edges.every(({ notAfter, issuedAt }) => !has(notAfter) || notAfter >= issuedAt),
    },
  ],
);

/** Spec of a TrustGraph as a manifest carries it. */
export type TrustGraphSpec = z.input<typeof trustGraphSpec>;

/** TrustGraph of kars v0.1.x. */
export const trustGraph = defineKind({
  kind: 'TrustGraph',
  plural: 'trustgraphs',
  shortName: 'tg',
  scope: 'Cluster',
  description: 'Which agents trust which, each edge signed by the one who trusts.',
  spec: trustGraphSpec,
  specRequired: true,
  status: statusOf({
    validVertices: reportedNumber('How many vertices are in order.'),
    validEdges: reportedNumber('How many edges are in order.'),
    invalidEdges: reportedNumber('How many edges were left out.'),
    projectionConfigMapRef: reportedRef('ConfigMap with the checked graph.'),
    lastReconciledAt: reportedText('When the graph was checked.'),
  }),
  columns: [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Vertices', type: 'integer', jsonPath: '.status.validVertices' },
    { name: 'ValidEdges', type: 'integer', jsonPath: '.status.validEdges' },
    { name: 'InvalidEdges', type: 'integer', jsonPath: '.status.invalidEdges' },
  ],
});
