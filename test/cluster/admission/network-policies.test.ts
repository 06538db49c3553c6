import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
} from 'kubernetes-types/networking/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { sandboxVariants } from '../../support/sandbox-variants.ts';
import { synthesized } from '../../support/pod.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

type Spec = NonNullable<NetworkPolicy['spec']>;
type WholePolicy = ApplicableObject & { spec: Spec };

/** A policy that constructs write, changed. */
function policyWith(name: string, change: (spec: Spec) => void = () => undefined): WholePolicy {
  const props = { ...sandboxVariants['egress'], ...sandboxVariants['inbound'] };
  const found = synthesized(props).find('NetworkPolicy', name);
  const copy = structuredClone(found) as unknown as WholePolicy;
  change(copy.spec);
  return copy;
}

const anyNamespace = { namespaceSelector: {} };
const block = (cidr: string): NetworkPolicyPeer => ({ ipBlock: { cidr } });
const egress = (change: (rule: NetworkPolicyEgressRule) => void) => (spec: Spec) =>
  change(spec.egress?.[0] ?? {});
const ingress = (change: (rule: NetworkPolicyIngressRule) => void) => (spec: Spec) =>
  change(spec.ingress?.[0] ?? {});
const tcp = (port: number | string) => ({ protocol: 'TCP', port });

const shapes: [string, string, (spec: Spec) => void][] = [
  ['default-deny', 'a rule', (spec) => (spec.egress = [{}])],
  ['default-deny', 'one direction only', (spec) => (spec.policyTypes = ['Ingress'])],
  ['default-deny', 'some pods only', (spec) => (spec.podSelector = { matchLabels: { a: 'b' } })],
  ['allow-public', 'a rule without peers', egress((rule) => delete rule.to)],
  ['allow-public', 'a rule without ports', egress((rule) => delete rule.ports)],
  ['allow-public', 'every address', egress((rule) => (rule.to = [block('0.0.0.0/0')]))],
  [
    'allow-public',
    'every address in halves',
    egress((rule) => (rule.to = [block('0.0.0.0/1'), block('128.0.0.0/1')])),
  ],
  [
    'allow-public',
    'an exception less',
    egress((rule) => void rule.to?.[0]?.ipBlock?.except?.splice(0, 1)),
  ],
  ['allow-public', 'every namespace', egress((rule) => void rule.to?.push(anyNamespace))],
  [
    'allow-public',
    'a range of ports',
    egress((rule) => (rule.ports = [{ ...tcp(1), endPort: 65_535 }])),
  ],
  [
    'allow-public',
    'a port of UDP',
    egress((rule) => (rule.ports = [{ protocol: 'UDP', port: 53 }])),
  ],
  ['allow-public', 'the other direction', (spec) => (spec.policyTypes = ['Ingress', 'Egress'])],
  [
    'allow-public',
    'pods that are not there yet',
    (spec) => (spec.podSelector = { matchLabels: { app: 'a' } }),
  ],
  ['allow-dns', 'other servers', egress((rule) => (rule.to = [block('8.8.8.8/32')]))],
  ['allow-dns', 'every pod of the cluster', egress((rule) => (rule.to = [anyNamespace]))],
  [
    'allow-dns',
    'every pod of the namespace',
    egress(({ to: [peer] = [] }) => delete peer?.podSelector),
  ],
  ['allow-dns', 'another port', egress((rule) => void rule.ports?.push(tcp(443)))],
  ...[
    '0.0.0.0/1',
    '128.0.0.0/1',
    '0.0.0.0/8',
    '127.0.0.0/8',
    '169.254.169.254/32',
    '169.254.0.0/16',
    '168.63.129.16/32',
    '100.100.100.200/32',
    '224.0.0.0/8',
    '::/0',
    '::1/128',
    'fe80::/64',
    'fd00:ec2::254/128',
    '2000::/3',
    '::ffff:169.254.169.254/128',
  ].map((cidr): [string, string, (spec: Spec) => void] => [
    'allow-ranges',
    `the range ${cidr}`,
    egress((rule) => (rule.to = [block(cidr)])),
  ]),
  ['allow-inbound', 'a rule without peers', ingress((rule) => delete rule.from)],
  ['allow-inbound', 'no peers', ingress((rule) => (rule.from = []))],
  ['allow-inbound', 'a rule without ports', ingress((rule) => delete rule.ports)],
  ['allow-inbound', 'every namespace', ingress((rule) => (rule.from = [anyNamespace]))],
  [
    'allow-inbound',
    'pods of its own namespace',
    ingress((rule) => (rule.from = [{ podSelector: {} }])),
  ],
  [
    'allow-inbound',
    'namespaces by a label that anybody sets',
    ingress((rule) => (rule.from = [{ namespaceSelector: { matchLabels: { team: 'a' } } }])),
  ],
  [
    'allow-inbound',
    'namespaces by an expression',
    ingress(
      (rule) =>
        (rule.from = [
          {
            namespaceSelector: {
              matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'Exists' }],
            },
          },
        ]),
    ),
  ],
  ['allow-inbound', 'addresses', ingress((rule) => (rule.from = [block('0.0.0.0/1')]))],
  ['allow-inbound', 'the port of the router', ingress((rule) => (rule.ports = [tcp(8443)]))],
  ['allow-inbound', 'the health of the proxy', ingress((rule) => (rule.ports = [tcp(9081)]))],
  ['allow-inbound', 'a port by name', ingress((rule) => (rule.ports = [tcp('router-status')]))],
  [
    'allow-inbound',
    'a range of ports',
    ingress((rule) => (rule.ports = [{ ...tcp(8000), endPort: 9000 }])),
  ],
  [
    'allow-status',
    'other readers',
    ingress(
      (rule) =>
        (rule.from = [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'apps' } } },
        ]),
    ),
  ],
  ['allow-status', 'another port', ingress((rule) => void rule.ports?.push(tcp(8443)))],
];

describe('the network policies of a sandbox', () => {
  const floor = useFloor();
  const answer = async (who: Who, object: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries(who, object));
  const named = (name: string): WholePolicy => {
    const policy = policyWith('default-deny');
    return { ...policy, metadata: { ...policy.metadata, name } };
  };

  beforeAll(async () => {
    await floor.namespace('reader');
    await floor.deploy([policyWith('default-deny')]);
  });

  it.each(Object.entries(sandboxVariants))('are those of constructs: %s', async (_what, props) => {
    const policies = synthesized(props).ofKind('NetworkPolicy');
    for (const policy of policies) expect(await answer('deployers', policy)).toBe('allowed');
  });

  it.each(['tenant', 'operators', 'breakGlass', 'platformDeployers'] as const)(
    'are neither written nor deleted by %s',
    async (who) => {
      expect(await answer(who, policyWith('allow-public'))).toBe('KARS_NETWORK_POLICY_WRITER');
      const path =
        '/apis/networking.k8s.io/v1/namespaces/kars-reader/networkpolicies/default-deny?dryRun=All';
      expect(refusalOf(await floor.as(who).call('DELETE', path))).toBe(
        'KARS_NETWORK_POLICY_WRITER',
      );
    },
  );

  it('are no others', async () => {
    expect(await answer('deployers', named('allow-all'))).toBe('KARS_NETWORK_POLICY_NAME');
  });

  it.each(shapes)('%s has not %s', async (name, _what, change) => {
    expect(await answer('deployers', policyWith(name, change))).toBe('KARS_NETWORK_POLICY_SHAPE');
  });

  describe('without the policies (negative control)', () => {
    beforeAll(() => floor.lift());

    it.each(shapes)('%s may have %s', async (name, _what, change) => {
      expect(await answer('tenant', policyWith(name, change))).toBe('allowed');
    });

    it('may be others', async () => {
      expect(await answer('tenant', named('allow-all'))).toBe('allowed');
    });
  });
});
