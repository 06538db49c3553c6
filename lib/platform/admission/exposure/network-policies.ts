import { PLATFORM_NAMESPACE } from '../../../contract/platform-names.ts';
import { processes, takenPorts } from '../../../contract/process.ts';
import { publicBlocks } from '../../../contract/special-addresses.ts';
import type { DnsServer } from '../../cluster-network.ts';
import type { PodsOf } from '../../pods-of.ts';
import { collectorPort, type TraceCollector } from '../../trace-collector.ts';
import { absent, allOf, celList, celText } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { inOurNamespace, madeByCollector, madeByDeployer } from '../request.ts';
import { isNameableRange } from './nameable-range.ts';
import { selectsPod } from './services.ts';

const spec = 'object.spec';

const NAME_OF_NAMESPACE = 'kubernetes.io/metadata.name';

const celMap = (entries: Readonly<Record<string, string>>): string =>
  `{${Object.entries(entries)
    .map(([key, value]) => `${celText(key)}: ${celText(value)}`)
    .join(', ')}}`;

/** CEL that holds for a peer of exactly these pods. */
const isPodsOf = ({ namespace, podLabels }: PodsOf): string =>
  allOf(
    '!has(peer.ipBlock)',
    `has(peer.namespaceSelector) && !has(peer.namespaceSelector.matchExpressions) && has(peer.namespaceSelector.matchLabels) && peer.namespaceSelector.matchLabels == ${celMap({ [NAME_OF_NAMESPACE]: namespace })}`,
    podLabels === undefined
      ? '!has(peer.podSelector)'
      : `has(peer.podSelector) && !has(peer.podSelector.matchExpressions) && has(peer.podSelector.matchLabels) && peer.podSelector.matchLabels == ${celMap(podLabels)}`,
  );

const isDnsServer = (server: DnsServer): string =>
  'address' in server
    ? `has(peer.ipBlock) && peer.ipBlock.cidr == '${server.address}/${server.address.includes(':') ? 128 : 32}'`
    : isPodsOf(server);

const anyOf = (expressions: readonly string[]): string =>
  expressions.map((expression) => `(${expression})`).join(' || ');

/** CEL that holds when each rule names peers and ports, and all of them are as these say. */
const rules = (direction: 'ingress' | 'egress', peers: string, port: string): string => {
  const member = direction === 'ingress' ? 'from' : 'to';
  return `(!has(${spec}.${direction}) || ${spec}.${direction}.all(rule, has(rule.${member}) && rule.${member}.size() > 0 && has(rule.ports) && rule.ports.size() > 0 && rule.${member}.all(peer, ${peers}) && rule.ports.all(port, has(port.port) && !has(port.endPort) && (${port}))))`;
};

/** CEL that holds when every rule is for this collector. */
function isCollector(collector: TraceCollector): string {
  const { pods, ranges = [] } = collector;
  const peer =
    pods === undefined
      ? `has(peer.ipBlock) && peer.ipBlock.cidr in ${celList(ranges)}`
      : isPodsOf(pods);
  return rules('egress', peer, `${isTcp} && port.port == ${collectorPort(collector)}`);
}

const isTcp = "has(port.protocol) && port.protocol == 'TCP'";

const only = (type: 'Ingress' | 'Egress'): string =>
  allOf(
    `has(${spec}.policyTypes) && ${spec}.policyTypes == ['${type}']`,
    absent(spec, type === 'Ingress' ? 'egress' : 'ingress'),
    `!has(${spec}.podSelector.matchExpressions) && has(${spec}.podSelector.matchLabels) && ${selectsPod(`${spec}.podSelector.matchLabels`)}`,
  );

const statusPorts = Object.values(processes).map(({ statusPort }) => statusPort);

/** CEL by name of a policy, for what it may say. */
function shapes({
  network,
  managedIdentity,
}: AdmissionParameters): Readonly<Record<string, string>> {
  const dnsPorts = [
    ...new Set(network.dns.map((server) => ('address' in server ? 53 : (server.port ?? 53)))),
  ];
  const publicPeers = publicBlocks(network.publicRanges).map(
    ({ cidr, except }) =>
      `peer.ipBlock.cidr == '${cidr}' && has(peer.ipBlock.except) && ${celList(except)}.all(range, range in peer.ipBlock.except)`,
  );
  const readers = [{ namespace: PLATFORM_NAMESPACE }, ...network.scrapers];
  return {
    'default-deny': allOf(
      absent(spec, 'ingress', 'egress'),
      absent(`${spec}.podSelector`, 'matchLabels', 'matchExpressions'),
      `has(${spec}.policyTypes) && ['Ingress', 'Egress'].all(type, type in ${spec}.policyTypes)`,
    ),
    'allow-dns': allOf(
      only('Egress'),
      rules('egress', anyOf(network.dns.map(isDnsServer)), `port.port in [${dnsPorts.join(', ')}]`),
    ),
    'allow-public': allOf(
      only('Egress'),
      rules('egress', `has(peer.ipBlock) && (${anyOf(publicPeers)})`, isTcp),
    ),
    'allow-ranges': allOf(
      only('Egress'),
      rules('egress', `has(peer.ipBlock) && ${isNameableRange('peer.ipBlock.cidr')}`, isTcp),
    ),
    ...(managedIdentity
      ? {
          'allow-metadata': allOf(
            only('Egress'),
            rules(
              'egress',
              "has(peer.ipBlock) && peer.ipBlock.cidr == '169.254.169.254/32'",
              `${isTcp} && port.port == 80`,
            ),
          ),
        }
      : {}),
    ...(network.traceCollector === undefined
      ? {}
      : { 'allow-traces': allOf(only('Egress'), isCollector(network.traceCollector)) }),
    'allow-inbound': allOf(
      only('Ingress'),
      rules(
        'ingress',
        `!has(peer.ipBlock) && has(peer.namespaceSelector) && !has(peer.namespaceSelector.matchExpressions) && has(peer.namespaceSelector.matchLabels) && peer.namespaceSelector.matchLabels.size() == 1 && '${NAME_OF_NAMESPACE}' in peer.namespaceSelector.matchLabels`,
        `${isTcp} && type(port.port) == int && !(port.port in [${takenPorts.join(', ')}])`,
      ),
    ),
    'allow-status': allOf(
      only('Ingress'),
      rules(
        'ingress',
        anyOf(readers.map(isPodsOf)),
        `${isTcp} && port.port in [${statusPorts.join(', ')}]`,
      ),
    ),
  };
}

/**
 * NetworkPolicies add up, so one more could open everything: there are those that constructs write, each
 * with what it is there for, and no others.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export const networkPolicies = (parameters: AdmissionParameters): AdmissionPolicy => {
  const byName = shapes(parameters);
  return {
    name: 'kars-network-policies',
    rules: [
      {
        apiGroups: ['networking.k8s.io'],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
        resources: ['networkpolicies'],
      },
    ],
    conditions: { ours: inOurNamespace },
    refusals: [
      {
        code: 'KARS_NETWORK_POLICY_WRITER',
        allows: `${madeByCollector} || ${madeByDeployer(parameters)}`,
        message:
          'only deployers write and delete NetworkPolicies here; declare connections with inbound and egress of KarsSandbox',
      },
      {
        code: 'KARS_NETWORK_POLICY_NAME',
        allows: `object == null || object.metadata.name in ${celList(Object.keys(byName))}`,
        message: `policies add up, so there is none here but ${Object.keys(byName).join(', ')}; declare connections with inbound and egress of KarsSandbox`,
      },
      ...Object.entries(byName).map(([name, shape]) => ({
        code: 'KARS_NETWORK_POLICY_SHAPE' as const,
        allows: `object == null || object.metadata.name != '${name}' || (${shape})`,
        message: `the policy ${name} opens more than it is there for: every rule names its peers and ports as constructs write them; declare connections with inbound and egress of KarsSandbox, and the cluster with network of KarsPlatform`,
      })),
    ],
  };
};
