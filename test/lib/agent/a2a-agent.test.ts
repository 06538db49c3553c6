import { describe, expect, it } from 'vitest';
import { A2AAgent, type A2AAgentProps } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, synthProblems } from '../../support/sandbox.ts';

const publicKey = Buffer.alloc(32, 7).toString('base64url');
const good = { endpointUrl: 'https://agent.example.com', signingKeys: [{ kid: 'k1', publicKey }] };

const problemsWith = (change: Partial<A2AAgentProps>): string =>
  synthProblems((app) => new A2AAgent(agentsChart(app), 'agent', { ...good, ...change }));

describe('an A2A agent', () => {
  it('is recorded in production mode', () => {
    const app = synthesize((scope) => new A2AAgent(agentsChart(scope), 'agent', good));
    expect(app.find('A2AAgent', 'agent')['spec']).toEqual({
      endpointUrl: 'https://agent.example.com',
      productionMode: true,
      signingKeys: [{ kid: 'k1', alg: 'EdDSA', publicKeyB64u: publicKey }],
    });
  });

  it.each([
    ['an endpoint without TLS', { endpointUrl: 'http://agent.example.com' }, 'begin with https://'],
    ['no key', { signingKeys: [] }, 'spec.signingKeys must contain at least one entry'],
    ['a short key', { signingKeys: [{ kid: 'k', publicKey: 'AAAA' }] }, 'KARS_KEY_INVALID'],
    [
      'a key id twice',
      { signingKeys: [...good.signingKeys, ...good.signingKeys] },
      'KARS_ID_DUPLICATE',
    ],
  ])('is refused with %s', (_what, change, expected) => {
    expect(problemsWith(change)).toContain(expected);
  });
});
