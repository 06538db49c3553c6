import { casesOf } from './rule-case.ts';

const vertex = { id: 'a', alg: 'EdDSA', publicKeyB64u: 'AAAA' };
const edge = { from: 'a', to: 'b', score: 500, issuedAt: 100, signature: 's' };
const graph = (...edges: object[]): object => ({ vertices: [vertex], edges });

/** Cases for the rules of a TrustGraph. */
export const trustGraphCases = casesOf(
  'TrustGraph',
  {
    'no edges': { vertices: [vertex] },
    'null for edges': { vertices: [vertex], edges: null },
    'two of one id': { vertices: [vertex, vertex] },
    'the least and the greatest score': graph({ ...edge, score: 0 }, { ...edge, score: 1000 }),
    'an end at the issue': graph({ ...edge, notAfter: 100 }),
    'null for the end': graph({ ...edge, notAfter: null }),
  },
  {
    'spec.vertices must contain at least one entry': { 'no vertex': { vertices: [] } },
    "spec.vertices[*].alg must be 'EdDSA' (only supported algorithm)": {
      'another algorithm': { vertices: [vertex, { ...vertex, alg: 'ES256' }] },
      'the algorithm in lower case': { vertices: [{ ...vertex, alg: 'eddsa' }] },
    },
    'spec.edges[*].score must be in [0, 1000]': {
      'a score of 1001': graph(edge, { ...edge, score: 1001 }),
    },
    'spec.edges[*].notAfter, when set, must be >= issuedAt': {
      'an end before the issue': graph(edge, { ...edge, notAfter: 99 }),
    },
  },
);
