import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  TrustGraph,
  trustEdgePayload,
  type TrustEdge,
  type TrustGraphProps,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, synthProblems } from '../../support/sandbox.ts';

const party = (id: string): { id: string; publicKey: string; key: KeyObject } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { id, publicKey: publicKey.export({ format: 'jwk' }).x ?? '', key: privateKey };
};

const a = party('a');
const b = party('b');
const vertices = [a, b].map(({ id, publicKey }) => ({ id, publicKey }));

function edge(change: Partial<TrustEdge> = {}, by = a.key): TrustEdge {
  const open = { from: 'a', to: 'b', score: 800, issuedAt: 1_700_000_000, ...change };
  const signature = sign(undefined, Buffer.from(trustEdgePayload(open)), by).toString('base64url');
  return { ...open, signature };
}

const problemsOf = (props: TrustGraphProps): string =>
  synthProblems((app) => new TrustGraph(agentsChart(app), 'graph', props));

describe('a trust graph', () => {
  it('is recorded for the whole cluster when every edge is signed', () => {
    const app = synthesize(
      (scope) => new TrustGraph(agentsChart(scope), 'graph', { vertices, edges: [edge()] }),
    );
    const { metadata } = app.find('TrustGraph', 'graph');
    expect(metadata.namespace).toBeUndefined();
  });

  it('signs the text that kars v0.1.x defines', () => {
    expect(trustEdgePayload({ from: 'a', to: 'b', score: 800, issuedAt: 1_700_000_000 })).toBe(
      'trustgraph.v1\na\nb\n800\n1700000000\n\n',
    );
  });

  it.each([
    ['an edge that another vertex signed', [edge({}, b.key)]],
    ['an edge that was changed after signing', [{ ...edge(), score: 900 }]],
    ['an edge with another end', [{ ...edge(), to: 'a' }]],
    ['an edge that lasts longer than was signed', [{ ...edge(), notAfter: 1_900_000_000 }]],
    ['a signature that is none', [{ ...edge(), signature: 'AAAA' }]],
  ])('is refused with %s', (_what, edges) => {
    expect(problemsOf({ vertices, edges })).toContain(
      '[KARS_SIGNATURE_INVALID] edges[0].signature: got one that "a" did not make over this edge',
    );
  });

  it('is refused with an edge to nobody', () => {
    expect(problemsOf({ vertices, edges: [edge({ to: 'c' })] })).toContain(
      'got the unknown vertex "c"',
    );
  });

  it('is refused with two vertices of one id', () => {
    expect(problemsOf({ vertices: [...vertices, ...vertices.slice(0, 1)] })).toContain(
      '[KARS_ID_DUPLICATE] vertices[2].id: got "a" a second time',
    );
  });

  it.each(['', 'AAAA', `${'A'.repeat(42)}=`, `${'A'.repeat(42)}B`])(
    'is refused with the key "%s"',
    (publicKey) => {
      expect(problemsOf({ vertices: [{ id: 'a', publicKey }] })).toContain('[KARS_KEY_INVALID]');
    },
  );

  it.each(['a b', 'a\nb', '', '\u200b'])('is refused with the id %j', (id) => {
    expect(problemsOf({ vertices: [{ id, publicKey: a.publicKey }] })).toContain(
      '[KARS_NAME_INVALID]',
    );
  });

  it('is refused with a score over 1000', () => {
    expect(problemsOf({ vertices, edges: [edge({ score: 1001 })] })).toContain(
      'spec.edges[*].score must be in [0, 1000]',
    );
  });
});
