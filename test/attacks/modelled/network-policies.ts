import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { passes, type Peer } from '../../cluster/network/engine.ts';
import { places, policies, type Name, type Place } from '../../cluster/network/world.ts';
import type { ModelledAttack, Outcome } from '../attack.ts';
import type { ModelOutcomes } from './run.ts';

/** The first packet of a connection that nobody should be able to make. */
interface Attempt {
  readonly id: string;
  readonly title: string;
  readonly from: Name;
  readonly to: Name;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

const attempts: readonly Attempt[] = [
  {
    id: 'metadata',
    title: 'ask the metadata service, with the packet rules of the guard gone',
    from: 'a',
    to: 'metadata service',
    protocol: 'TCP',
    port: 80,
  },
  {
    id: 'api-server',
    title: 'ask the API server, with the packet rules gone',
    from: 'a',
    to: 'API server',
    protocol: 'TCP',
    port: 443,
  },
  {
    id: 'tenant',
    title: 'reach the agent of another tenant that expects somebody else',
    from: 'c',
    to: 'b',
    protocol: 'TCP',
    port: 8081,
  },
  {
    id: 'resolver',
    title: 'send queries to a pod that is labelled like the DNS of the cluster',
    from: 'a',
    to: 'pod with the labels of kube-dns',
    protocol: 'UDP',
    port: 53,
  },
  {
    id: 'beside',
    title: 'start another pod beside the agent, and reach the internet from it',
    from: 'another pod beside a',
    to: 'internet',
    protocol: 'TCP',
    port: 443,
  },
  {
    id: 'status',
    title: 'read the status of a sidecar from outside of the cluster',
    from: 'internet',
    to: 'a',
    protocol: 'TCP',
    port: 9080,
  },
  {
    id: 'router',
    title: 'use the router of a sandbox from its node',
    from: 'node',
    to: 'a',
    protocol: 'TCP',
    port: 8443,
  },
  {
    id: 'platform',
    title: 'label a namespace like the platform, and read the status of a sandbox from it',
    from: 'namespace that is labelled like the platform',
    to: 'b',
    protocol: 'TCP',
    port: 9080,
  },
];

const idOf = (id: string): string => `modelled-${id}`;

/** Attempts that only an enforcing network plug-in stops. */
export const policyAttacks: readonly ModelledAttack[] = attempts.map(({ id, title }) => ({
  id: idOf(id),
  area: 'network',
  title,
  stoppedBy: ['network-policies'],
}));

/** What cyclonus says of each, with the synthesized policies and without any. */
export const policyOutcomes = (): ModelOutcomes => ({
  governed: outcomesWith(policies),
  control: outcomesWith([]),
});

function outcomesWith(list: readonly NetworkPolicy[]): Readonly<Record<string, Outcome>> {
  const peers: Peer[] = [];
  const packets = attempts.map(({ from, to, protocol, port }) => {
    peers.push(peerOf(from), peerOf(to));
    return { from: peers.length - 2, to: peers.length - 1, protocol, port };
  });
  const passed = passes(list, peers, packets);
  return Object.fromEntries(
    attempts.map(({ id }, index): [string, Outcome] => [
      idOf(id),
      passed[index] === true
        ? { outcome: 'succeeded', detail: 'the packet passes' }
        : { outcome: 'stopped', detail: 'the packet does not pass' },
    ]),
  );
}

function peerOf(name: Name): Peer {
  const { ipv4 = '', pod }: Place = places[name];
  return { ip: ipv4, ...(pod === undefined ? {} : { pod }) };
}
