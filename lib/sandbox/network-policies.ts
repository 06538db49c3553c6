import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from 'kubernetes-types/networking/v1.js';
import { egressEntries } from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import type { EgressEntry } from '../contract/kinds/kars-sandbox/egress-entry.ts';
import { PLATFORM_NAMESPACE } from '../contract/platform-names.ts';
import { processes } from '../contract/process.ts';
import { publicBlocks } from '../contract/special-addresses.ts';
import type { DnsServer } from '../platform/cluster-network.ts';
import { collectorRule, podsPeer } from './network-peers.ts';
import { portOf } from '../private/urls.ts';
import type { PortRange } from './approvals.ts';
import type { SandboxInput } from './input.ts';
import { learnedPorts } from './learning.ts';
import { parentRules } from './parent-proxy.ts';
import { podLabels as labelsOfPod, sandboxLabels, sandboxNamespace } from './names.ts';

/** Default deny for the whole namespace, then one policy for each thing that is allowed. */
export function networkPolicies(input: SandboxInput): NetworkPolicy[] {
  const sandbox = input.sandbox.source.name;
  const policy = (name: string, spec: NetworkPolicySpec): NetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: sandboxNamespace(sandbox), labels: sandboxLabels(sandbox) },
    spec,
  });
  const podSelector = { matchLabels: labelsOfPod(sandbox) };
  const { network } = input;
  const { inbound = [], networkPolicy } = input.sandbox.spec;
  const entries = egressEntries(networkPolicy?.allowedEndpoints ?? []);
  const throughParent = parentRules(input.sandbox.spec);
  // Behind a parent proxy hosts are its matter alone.
  const ports = throughParent.length > 0 ? [] : policyPorts(openPorts(input));
  const ranges = [...rangeRules(entries), ...providerRules(input), ...throughParent];
  return [
    policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy('allow-dns', {
      podSelector,
      policyTypes: ['Egress'],
      egress: network.dns.map(dnsRule),
    }),
    policy('allow-public', {
      podSelector,
      policyTypes: ['Egress'],
      // A rule with an empty list of ports would open every port.
      egress: ports.length === 0 ? [] : [{ to: publicPeers(network.publicRanges), ports }],
    }),
    ...(ranges.length === 0
      ? []
      : [policy('allow-ranges', { podSelector, policyTypes: ['Egress'], egress: ranges })]),
    ...(hasManagedIdentity(input)
      ? [
          policy('allow-metadata', {
            podSelector,
            policyTypes: ['Egress'],
            egress: [{ to: [addressPeer(METADATA)], ports: [tcp(80)] }],
          }),
        ]
      : []),
    ...(network.traceCollector === undefined
      ? []
      : [
          policy('allow-traces', {
            podSelector,
            policyTypes: ['Egress'],
            egress: [collectorRule(network.traceCollector)],
          }),
        ]),
    ...(inbound.length === 0
      ? []
      : [
          policy('allow-inbound', {
            podSelector,
            policyTypes: ['Ingress'],
            ingress: inbound.map(({ namespace, podLabels, port }) => ({
              from: [podsPeer({ namespace, ...(podLabels === undefined ? {} : { podLabels }) })],
              ports: [tcp(port)],
            })),
          }),
        ]),
    policy('allow-status', {
      podSelector,
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ namespace: PLATFORM_NAMESPACE }, ...network.scrapers].map(podsPeer),
          ports: Object.values(processes).map(({ statusPort }) => tcp(statusPort)),
        },
      ],
    }),
  ];
}

/** Ports of the hosts among the egress entries, of the model providers, and of what may be approved. */
export function openPorts({ sandbox, inferencePolicy }: OpenPortsInput): PortRange[] {
  const { allowedEndpoints = [], approvals } = sandbox.spec.networkPolicy ?? {};
  const providers = providersOf(inferencePolicy);
  const endpoints = providers.filter(({ ranges }) => ranges === undefined);
  // Tokens come from a public place, wherever what they are for is.
  const hasIdentity = providers.some(({ workloadIdentity }) => workloadIdentity !== undefined);
  return distinct([
    ...egressEntries(allowedEndpoints).filter((entry) => 'host' in entry),
    ...endpoints.map(({ endpoint }) => ({ port: portOf(new URL(endpoint)) })),
    ...(hasIdentity ? [{ port: 443 }] : []),
    ...[...(approvals?.ports ?? []), ...learnedPorts(sandbox.spec)].map((port) => ({ port })),
  ]);
}

/** The metadata service of a node in Azure. */
const METADATA = '169.254.169.254';

const hasManagedIdentity = ({ inferencePolicy }: SandboxInput): boolean =>
  (inferencePolicy.spec.providers ?? []).some((provider) => provider.managedIdentity !== undefined);

const providersOf = ({ spec }: SandboxInput['inferencePolicy']) =>
  (spec.providers ?? []).filter(({ endpoint }) => URL.canParse(endpoint));

/** One rule for each provider that is not public: its ranges, at its port. */
const providerRules = ({ inferencePolicy }: SandboxInput): NetworkPolicyEgressRule[] =>
  providersOf(inferencePolicy).flatMap(({ ranges, endpoint }) =>
    ranges === undefined
      ? []
      : [
          {
            to: ranges.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [tcp(portOf(new URL(endpoint)))],
          },
        ],
  );

/** The part of the input that {@link openPorts} reads. */
type OpenPortsInput = Pick<SandboxInput, 'sandbox' | 'inferencePolicy'>;

/** One rule for each range that the entries name, with the ports that they name for it. */
function rangeRules(entries: readonly EgressEntry[]): NetworkPolicyEgressRule[] {
  const named = entries.filter((entry) => 'cidr' in entry);
  return [...new Set(named.map(({ cidr }) => cidr))].map((cidr) => ({
    to: [{ ipBlock: { cidr } }],
    ports: policyPorts(distinct(named.filter((entry) => entry.cidr === cidr))),
  }));
}

/** Each port and range of ports once, in order. */
function distinct(
  ranges: readonly { readonly port: number; readonly endPort?: number | undefined }[],
): PortRange[] {
  const sorted = ranges
    .map(({ port, endPort = port }) => ({ port, endPort }))
    .sort((a, b) => a.port - b.port || a.endPort - b.endPort);
  return [...new Map(sorted.map((range) => [`${range.port}-${range.endPort}`, range])).values()];
}

const policyPorts = (ranges: readonly PortRange[]): NetworkPolicyPort[] =>
  ranges.map(({ port, endPort }) => (port === endPort ? tcp(port) : { ...tcp(port), endPort }));

const tcp = (port: number): NetworkPolicyPort => ({ protocol: 'TCP', port });

/** DNS over UDP, and over TCP for long answers. */
function dnsRule(server: DnsServer): NetworkPolicyEgressRule {
  const port = 'address' in server ? 53 : (server.port ?? 53);
  const to = 'address' in server ? addressPeer(server.address) : podsPeer(server);
  return { to: [to], ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port })) };
}

const addressPeer = (address: string): NetworkPolicyPeer => ({
  ipBlock: { cidr: `${address}/${address.includes(':') ? 128 : 32}` },
});

const publicPeers = (outside: readonly string[]): NetworkPolicyPeer[] =>
  publicBlocks(outside).map(({ cidr, except }) => ({ ipBlock: { cidr, except: [...except] } }));
