import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from 'kubernetes-types/networking/v1.js';
import {
  egressEntries,
  type EgressEntry,
} from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import { processes } from '../contract/process.ts';
import { publicBlocks } from '../contract/special-addresses.ts';
import { podLabels, PLATFORM_NAMESPACE, sandboxLabels, sandboxNamespace } from './names.ts';
import type { SandboxInput } from './input.ts';

/** Default deny for the whole namespace, then one policy for each thing that is allowed. */
export function networkPolicies(input: SandboxInput): NetworkPolicy[] {
  const sandbox = input.sandbox.source.name;
  const policy = (name: string, spec: NetworkPolicySpec): NetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: sandboxNamespace(sandbox), labels: sandboxLabels(sandbox) },
    spec,
  });
  const podSelector = { matchLabels: podLabels(sandbox) };
  const { inbound = [], networkPolicy } = input.sandbox.spec;
  const entries = egressEntries(networkPolicy?.allowedEndpoints ?? []);
  const ports = publicPorts(entries, input).map(tcp);
  const ranges = rangeRules(entries);
  return [
    policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy('allow-dns', {
      podSelector,
      policyTypes: ['Egress'],
      egress: [{ to: [clusterDns], ports: dnsPorts }],
    }),
    policy('allow-public', {
      podSelector,
      policyTypes: ['Egress'],
      // A rule with an empty list of ports would open every port.
      egress: ports.length === 0 ? [] : [{ to: publicPeers, ports }],
    }),
    ...(ranges.length === 0
      ? []
      : [policy('allow-ranges', { podSelector, policyTypes: ['Egress'], egress: ranges })]),
    ...(inbound.length === 0
      ? []
      : [
          policy('allow-inbound', {
            podSelector,
            policyTypes: ['Ingress'],
            ingress: inbound.map(({ namespace, podLabels: matchLabels, port }) => ({
              from: [
                {
                  ...inNamespace(namespace),
                  ...(matchLabels === undefined ? {} : { podSelector: { matchLabels } }),
                },
              ],
              ports: [tcp(port)],
            })),
          }),
        ]),
    policy('allow-status', {
      podSelector,
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [inNamespace(PLATFORM_NAMESPACE)],
          ports: Object.values(processes).map(({ statusPort }) => tcp(statusPort)),
        },
      ],
    }),
  ];
}

/** Ports of the hosts among the egress entries, and of the model providers. */
function publicPorts(entries: readonly EgressEntry[], { inferencePolicy }: SandboxInput): number[] {
  const endpoints = (inferencePolicy.spec.providers ?? []).filter(({ endpoint }) =>
    URL.canParse(endpoint),
  );
  const ports = new Set([
    ...entries.filter((entry) => 'host' in entry).map(({ port }) => port),
    ...endpoints.map(({ endpoint }) => portOf(new URL(endpoint))),
  ]);
  return [...ports].sort((a, b) => a - b);
}

/** One rule for each range that the entries name, with the ports that they name for it. */
function rangeRules(entries: readonly EgressEntry[]): NetworkPolicyEgressRule[] {
  const named = entries.filter((entry) => 'cidr' in entry);
  return [...new Set(named.map(({ cidr }) => cidr))].map((cidr) => ({
    to: [{ ipBlock: { cidr } }],
    ports: named.filter((entry) => entry.cidr === cidr).map(({ port }) => tcp(port)),
  }));
}

const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

const tcp = (port: number): NetworkPolicyPort => ({ protocol: 'TCP', port });

const dnsPorts: NetworkPolicyPort[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

const inNamespace = (name: string): NetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

const clusterDns: NetworkPolicyPeer = {
  ...inNamespace('kube-system'),
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
};

const publicPeers = publicBlocks.map(({ cidr, except }): NetworkPolicyPeer => ({
  ipBlock: { cidr, except: [...except] },
}));
