import { casesOf } from './rule-case.ts';

const key = { kid: 'one', alg: 'EdDSA', publicKeyB64u: 'AAAA' };
const agent = (changes: object): object => ({
  endpointUrl: 'http://agent.example.com',
  signingKeys: [key],
  ...changes,
});
const peer = (members: object): object => agent({ federation: [{ label: 'x', ...members }] });
const address = { endpointUrl: 'https://other.example.com', pinnedKid: 'one' };

/** Cases for the rules of an A2AAgent. */
export const a2aAgentCases = casesOf(
  'A2AAgent',
  {
    'plain http': agent({}),
    'plain http, and production ruled out': agent({ productionMode: false }),
    'null for production': agent({ productionMode: null }),
    'https in production': agent({ productionMode: true, endpointUrl: 'https://a.example.com' }),
    'two keys of one id': agent({ signingKeys: [key, key] }),
    'null for federation': agent({ federation: null }),
    'a peer in the cluster': peer({ kind: 'in-cluster', agentRef: 'b' }),
    'a peer in the cluster, with null': peer({
      kind: 'in-cluster',
      agentRef: 'b',
      endpointUrl: null,
      pinnedKid: null,
    }),
    'a peer in the cluster, with a key': peer({
      kind: 'in-cluster',
      agentRef: '',
      pinnedKid: 'one',
    }),
    'a peer outside': peer({ kind: 'external', ...address }),
    'a peer outside, with null': peer({ kind: 'external', ...address, agentRef: null }),
  },
  {
    'spec.signingKeys must contain at least one entry': { 'no key': agent({ signingKeys: [] }) },
    "spec.signingKeys[*].alg must be 'EdDSA' (only supported algorithm)": {
      'another algorithm': agent({ signingKeys: [key, { ...key, alg: 'RS256' }] }),
    },
    'productionMode requires spec.endpointUrl to begin with https://': {
      'http in production': agent({ productionMode: true }),
      'HTTPS in upper case': agent({ productionMode: true, endpointUrl: 'HTTPS://a.example.com' }),
      'no address in production': agent({ productionMode: true, endpointUrl: '' }),
    },
    "federation peers: kind 'in-cluster' requires agentRef only; kind 'external' requires endpointUrl + pinnedKid":
      {
        'a peer in the cluster without a name': peer({ kind: 'in-cluster' }),
        'a peer in the cluster with null for a name': peer({ kind: 'in-cluster', agentRef: null }),
        'a peer in the cluster with an address': peer({
          kind: 'in-cluster',
          agentRef: 'b',
          endpointUrl: 'https://other.example.com',
        }),
        'a peer outside without an address': peer({ kind: 'external', pinnedKid: 'one' }),
        'a peer outside without a key': peer({ kind: 'external', ...address, pinnedKid: null }),
        'a peer outside with a name': peer({ kind: 'external', ...address, agentRef: 'b' }),
        'a peer of another kind': peer({ kind: 'In-Cluster', agentRef: 'b' }),
      },
  },
);
