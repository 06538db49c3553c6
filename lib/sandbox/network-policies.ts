import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from 'kubernetes-types/networking/v1.js';
import { processes } from '../contract/process.ts';
import { podLabels, PLATFORM_NAMESPACE, sandboxLabels, sandboxNamespace } from './names.ts';
import type { SandboxInput } from './input.ts';

/** Ranges that no sandbox reaches: private, shared, link-local with metadata services, and reserved. */
const NOT_PUBLIC = {
  v4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '168.63.129.16/32',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  v6: ['::/127', '64:ff9b::/96', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
} as const;

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
  const ports = outboundPorts(input).map(tcp);
  const { inbound = [] } = input.sandbox.spec;
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

/** Ports of the egress entries and of the model providers. */
function outboundPorts({ sandbox, inferencePolicy }: SandboxInput): number[] {
  const entries = sandbox.spec.networkPolicy?.allowedEndpoints ?? [];
  const endpoints = (inferencePolicy.spec.providers ?? []).filter(({ endpoint }) =>
    URL.canParse(endpoint),
  );
  const ports = new Set([
    ...entries.map(({ port = 443 }) => port),
    ...endpoints.map(({ endpoint }) => portOf(new URL(endpoint))),
  ]);
  return [...ports].sort((a, b) => a - b);
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

const publicPeers: NetworkPolicyPeer[] = [
  { ipBlock: { cidr: '0.0.0.0/0', except: [...NOT_PUBLIC.v4] } },
  { ipBlock: { cidr: '::/0', except: [...NOT_PUBLIC.v6] } },
];
