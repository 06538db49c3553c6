import type { NetworkPolicy, NetworkPolicySpec } from 'kubernetes-types/networking/v1.js';
import { describe, expect, it } from 'vitest';
import { count, differences } from './compare.ts';
import { places, policies } from './world.ts';

const isOf = (tenant: string, name: string, { metadata }: NetworkPolicy): boolean =>
  metadata?.namespace === `kars-${tenant}` && metadata.name === name;

/** The policies without one. */
const without = (tenant: string, name: string): NetworkPolicy[] =>
  policies.filter((policy) => !isOf(tenant, name, policy));

/** The policies with another spec for one of them, as a slip would write it. */
function changed(
  tenant: string,
  name: string,
  change: (spec: NetworkPolicySpec) => Partial<NetworkPolicySpec>,
): NetworkPolicy[] {
  return policies.map((policy) =>
    isOf(tenant, name, policy) && policy.spec !== undefined
      ? { ...policy, spec: { ...policy.spec, ...change(policy.spec) } }
      : policy,
  );
}

/** What differs from the table, both families as one. */
const slips = (list: readonly NetworkPolicy[]): string[] => [
  ...new Set(differences(list).map((text) => text.replace(/ ipv[46]$/, ''))),
];

describe('the network policies of four tenants', () => {
  it('let through what the table says, by an engine that is not ours', () => {
    expect(count).toBeGreaterThan(20_000);
    expect(differences(policies)).toEqual([]);
  });
});

describe('the table fails', () => {
  it('without any policy', () => {
    const found = slips([]);
    expect(found).toContain('opens a to metadata service tcp 80');
    expect(found).toContain('opens internet to a tcp 9080');
    expect(found).toContain('opens a to b tcp 8081');
  });

  it('without the default deny, for pods that no other policy is about', () => {
    const found = slips(without('a', 'default-deny'));
    expect(found).toContain('opens another pod beside a to metadata service tcp 80');
    expect(found).toContain('opens web to another pod beside a tcp 8080');
    expect(found.filter((text) => !text.includes('another pod beside a'))).toEqual([]);
  });

  it('without all policies of one tenant, and for nobody else', () => {
    const found = slips(policies.filter(({ metadata }) => metadata?.namespace !== 'kars-a'));
    expect(found).toContain('opens a to API server tcp 443');
    expect(found).toContain('opens node to a tcp 8443');
    expect(found.filter((text) => !/ a( |$)/.test(text))).toEqual([]);
  });

  it.each([
    ['allow-dns', ['a to kube-dns tcp 53', 'a to kube-dns udp 53']],
    [
      'allow-public',
      ['tcp 22', 'tcp 443', 'tcp 5432'].flatMap((port) => [
        `a to internet ${port}`,
        `a to node with a public address ${port}`,
      ]),
    ],
    ['allow-ranges', ['a to private endpoint tcp 5432', 'a to private endpoint of IPv6 tcp 443']],
    ['allow-inbound', ['c to a tcp 8080', 'web to a tcp 8080']],
    ['allow-status', ['pod of the platform to a tcp 9080', 'pod of the platform to a tcp 9081']],
  ])('without %s, for what it opens and nothing else', (name, closed) => {
    expect(slips(without('a', name)).sort()).toEqual(closed.map((text) => `closes ${text}`).sort());
  });
});

describe('the table sees a slip', () => {
  it('an empty list of senders, which stands for everybody', () => {
    const found = slips(
      changed('a', 'allow-inbound', ({ ingress = [] }) => ({
        ingress: ingress.map((rule) => ({ ...rule, from: [] })),
      })),
    );
    expect(found).toContain('opens internet to a tcp 8080');
    expect(found).toContain('opens another pod of shop to a tcp 8080');
    expect(found.filter((text) => !text.endsWith(' to a tcp 8080'))).toEqual([]);
  });

  it('an empty list of ports, which stands for every port and protocol', () => {
    const found = slips(
      changed('b', 'allow-public', ({ egress = [] }) => ({
        egress: egress.map((rule) => ({ ...rule, ports: [] })),
      })),
    );
    expect(found).toContain('opens b to internet udp 443');
    expect(found).toContain('opens b to internet tcp 22');
    expect(
      found.filter((text) => !/^opens b to (internet|node with a public address) /.test(text)),
    ).toEqual([]);
  });

  it('a selector of the namespace and one of the pod as two senders instead of one', () => {
    const found = slips(
      changed('a', 'allow-dns', ({ egress = [] }) => ({
        egress: egress.map(({ to = [], ...rule }) => ({
          ...rule,
          to: to.flatMap(({ namespaceSelector, podSelector }) => [
            ...(namespaceSelector === undefined ? [] : [{ namespaceSelector }]),
            ...(podSelector === undefined ? [] : [{ podSelector, namespaceSelector: {} }]),
          ]),
        })),
      })),
    );
    expect(found).toContain('opens a to another pod of kube-system udp 53');
    expect(found).toContain('opens a to pod with the labels of kube-dns tcp 53');
  });

  it('a block without its exceptions', () => {
    const found = slips(
      changed('c', 'allow-public', ({ egress = [] }) => ({
        egress: egress.map((rule) => ({
          ...rule,
          to: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }],
        })),
      })),
    );
    // What lets nobody in stays closed, whatever c may send.
    const closed: readonly string[] = [
      'a',
      'b',
      'c',
      'd',
      'another pod beside a',
      'internet',
      'node with a public address',
    ];
    expect(found.sort()).toEqual(
      Object.keys(places)
        .filter((name) => !closed.includes(name))
        .map((name) => `opens c to ${name} tcp 443`)
        .sort(),
    );
  });

  it('a block of IPv6 that leaves out private addresses, and none that stand for them', () => {
    const except = ['::/127', '64:ff9b::/96', 'fc00::/7', 'fe80::/10', 'ff00::/8'];
    const found = slips(
      changed('c', 'allow-public', ({ egress = [] }) => ({
        egress: egress.map((rule) => ({ ...rule, to: [{ ipBlock: { cidr: '::/0', except } }] })),
      })),
    );
    expect(found.filter((text) => text.startsWith('opens')).sort()).toEqual([
      'opens c to private address behind a local NAT64 tcp 443',
      'opens c to private address in 6to4 tcp 443',
      'opens c to private address in Teredo tcp 443',
    ]);
  });

  it('a platform that is known by a label which anybody can give a namespace', () => {
    const found = slips(
      changed('b', 'allow-status', ({ ingress = [] }) => ({
        ingress: ingress.map((rule) => ({
          ...rule,
          from: [{ namespaceSelector: { matchLabels: { name: 'kars-system' } } }],
        })),
      })),
    );
    expect(found).toContain('opens namespace that is labelled like the platform to b tcp 9080');
  });
});
