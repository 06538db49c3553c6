import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { Chart } from 'cdk8s';
import { ClusterNetwork, Egress, Inbound, ModelProvider } from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';
import type { Peer } from './engine.ts';

/** Somebody in or around the cluster, with an address of each family that it has. */
export interface Place {
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly pod?: Peer['pod'];
}

const provider = (port: number): ModelProvider =>
  ModelProvider.openAiCompatible({
    name: 'models',
    endpoint: `https://models.example.com:${port}/v1`,
  });

/** Four tenants as a user would write them; what each may do is in the table. */
export const tenants: SynthesizedApp = synthesize((app) => {
  const chart = agentsChart(app);
  sandboxIn(
    chart,
    {
      inferencePolicy: inferencePolicyIn(chart, { name: 'models-a', provider: provider(443) }),
      egress: [
        Egress.tcp('git.example.com', 22),
        Egress.tcp('db.internal.example', 5432),
        Egress.cidr('10.20.0.0/28', 5432),
        Egress.cidr('fd12:3456:789a::/64', 443),
      ],
      inbound: [
        Inbound.fromNamespace('shop', { port: 8080, podLabels: { app: 'web' } }),
        Inbound.fromNamespace('kars-c', { port: 8080 }),
      ],
    },
    'a',
  );
  sandboxIn(
    chart,
    {
      inferencePolicy: inferencePolicyIn(chart, { name: 'models-b', provider: provider(9443) }),
      inbound: [Inbound.fromNamespace('kars-a', { port: 8081 })],
    },
    'b',
  );
  sandboxIn(
    chart,
    {
      inferencePolicy: inferencePolicyIn(chart, { name: 'models-c', provider: provider(443) }),
      egress: [Egress.cidr('10.244.1.0/24', 8080), Egress.cidr('fd00:10:244:1::/64', 8080)],
    },
    'c',
  );
  // As if in a cluster of another kind: a chart has what its platform says of the network.
  const elsewhere = new Chart(app, 'elsewhere', { namespace: 'agents' });
  ClusterNetwork.of({
    dns: [
      { address: '169.254.20.10' },
      { namespace: 'openshift-dns', podLabels: { dns: 'default' }, port: 5353 },
    ],
    scrapers: [{ namespace: 'monitoring', podLabels: { app: 'prometheus' } }],
    publicRanges: ['52.10.0.0/16', '2600:1f14::/35'],
  }).attachTo(elsewhere);
  sandboxIn(
    elsewhere,
    {
      inferencePolicy: inferencePolicyIn(elsewhere, { name: 'models-d', provider: provider(443) }),
    },
    'd',
  );
});

/** The policies of all of them. */
export const policies = tenants.ofKind('NetworkPolicy') as unknown as readonly NetworkPolicy[];

const inPod = (
  namespace: string,
  labels: Readonly<Record<string, string>>,
  namespaceLabels: Readonly<Record<string, string>> = {},
): Pick<Place, 'pod'> => ({
  pod: {
    namespace,
    namespaceLabels: { ...namespaceLabels, 'kubernetes.io/metadata.name': namespace },
    labels,
  },
});

/** The pod of a tenant, with the labels that were synthesized for it and its namespace. */
function tenant(name: string): Pick<Place, 'pod'> {
  const { spec } = tenants.find('Deployment', name) as unknown as {
    spec: { template: PodTemplateSpec };
  };
  const namespace = tenants.find('Namespace', `kars-${name}`);
  return inPod(
    `kars-${name}`,
    spec.template.metadata?.labels ?? {},
    namespace.metadata.labels ?? {},
  );
}

const { pod: podOfB } = tenant('b');

/** Everybody, by the name that the table uses. */
export const places = {
  a: { ipv4: '10.244.1.10', ipv6: 'fd00:10:244:1::10', ...tenant('a') },
  b: { ipv4: '10.244.1.11', ipv6: 'fd00:10:244:1::11', ...tenant('b') },
  c: { ipv4: '10.244.1.12', ipv6: 'fd00:10:244:1::12', ...tenant('c') },
  d: { ipv4: '10.244.5.10', ipv6: 'fd00:10:244:5::10', ...tenant('d') },
  'another pod beside a': {
    ipv4: '10.244.1.13',
    ipv6: 'fd00:10:244:1::13',
    ...inPod('kars-a', { app: 'debug' }),
  },
  'pod of the platform': {
    ipv4: '10.244.2.10',
    ipv6: 'fd00:10:244:2::10',
    ...inPod('kars-system', { app: 'operator' }),
  },
  scraper: {
    ipv4: '10.244.2.11',
    ipv6: 'fd00:10:244:2::11',
    ...inPod('monitoring', { app: 'prometheus' }),
  },
  'scraper of somebody else': {
    ipv4: '10.244.2.12',
    ipv6: 'fd00:10:244:2::12',
    ...inPod('monitoring', { app: 'grafana' }),
  },
  'kube-dns': {
    ipv4: '10.244.0.2',
    ipv6: 'fd00:10:244::2',
    ...inPod('kube-system', { 'k8s-app': 'kube-dns' }),
  },
  'DNS pod at another port': {
    ipv4: '10.244.0.4',
    ipv6: 'fd00:10:244::4',
    ...inPod('openshift-dns', { dns: 'default' }),
  },
  'another pod of kube-system': {
    ipv4: '10.244.0.3',
    ipv6: 'fd00:10:244::3',
    ...inPod('kube-system', { 'k8s-app': 'metrics-server' }),
  },
  web: { ipv4: '10.244.3.10', ipv6: 'fd00:10:244:3::10', ...inPod('shop', { app: 'web' }) },
  'another pod of shop': {
    ipv4: '10.244.3.11',
    ipv6: 'fd00:10:244:3::11',
    ...inPod('shop', { app: 'db' }),
  },
  'pod with the labels of kube-dns': {
    ipv4: '10.244.3.12',
    ipv6: 'fd00:10:244:3::12',
    ...inPod('shop', { 'k8s-app': 'kube-dns' }),
  },
  'pod with the labels of b': {
    ipv4: '10.244.3.13',
    ipv6: 'fd00:10:244:3::13',
    ...inPod('shop', podOfB?.labels ?? {}),
  },
  'namespace that is labelled like the platform': {
    ipv4: '10.244.4.10',
    ipv6: 'fd00:10:244:4::10',
    ...inPod('other', { app: 'web' }, { 'app.kubernetes.io/name': 'kars', name: 'kars-system' }),
  },
  node: { ipv4: '192.168.50.10', ipv6: 'fd00:50::10' },
  'API server': { ipv4: '10.96.0.1', ipv6: 'fd00:10:96::1' },
  'private endpoint': { ipv4: '10.20.0.5' },
  'private endpoint of IPv6': { ipv6: 'fd12:3456:789a::5' },
  'neighbour of the private endpoint': { ipv4: '10.20.0.16', ipv6: 'fd12:3456:789b::5' },
  internet: { ipv4: '93.184.216.34', ipv6: '2606:2800:220:1::34' },
  'metadata service': { ipv4: '169.254.169.254', ipv6: 'fd00:ec2::254' },
  'platform of Azure': { ipv4: '168.63.129.16' },
  'DNS of a cloud': { ipv4: '169.254.169.253', ipv6: 'fd00:ec2::253' },
  'node-local DNS': { ipv4: '169.254.20.10' },
  'node with a public address': { ipv4: '52.10.3.4', ipv6: '2600:1f14:1000::4' },
  'carrier-grade NAT': { ipv4: '100.64.0.10' },
  multicast: { ipv4: '224.0.0.251', ipv6: 'ff02::fb' },
  'private address in 6to4': { ipv6: '2002:a14:5::1' },
  'private address in Teredo': { ipv6: '2001::a14:5' },
  'private address behind NAT64': { ipv6: '64:ff9b::a14:5' },
  'private address behind a local NAT64': { ipv6: '64:ff9b:1::a14:5' },
} as const satisfies Readonly<Record<string, Place>>;

/** Name of a place. */
export type Name = keyof typeof places;
