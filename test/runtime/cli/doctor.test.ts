import { describe, expect, it } from 'vitest';
import { admissionPolicyNames, kinds } from 'kars-constructs/contract';
import { formatFindings, passes } from '../../../runtime/cli/commands/doctor.ts';
import { checkAll } from '../../../runtime/cli/doctor/checks.ts';
import type { Fact, Facts, Finding, SeenNode } from '../../../runtime/cli/doctor/facts.ts';
import { kars } from '../../support/kars.ts';

const named = (...names: readonly string[]) => names.map((name) => ({ metadata: { name } }));

const node = (name: string, kubeletVersion: string) => ({
  metadata: { name },
  status: { nodeInfo: { kubeletVersion } as never },
});

const daemonSet = (name: string, namespace: string, numberReady = 1) => ({
  metadata: { name, namespace },
  status: { numberReady, desiredNumberScheduled: 1 } as never,
});

const namespace = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { name, labels: { ...labels } },
});

const ofSandbox = (sandbox: string): Record<string, string> => ({
  'kars.azure.com/role': 'sandbox',
  'kars.azure.com/sandbox': sandbox,
  'pod-security.kubernetes.io/enforce': 'privileged',
});

const role = (name: string, rule: object) => ({
  metadata: { name },
  rules: [{ apiGroups: [''], verbs: ['get'], ...rule }],
});

const binding = (roleName: string, subject: object) => ({
  metadata: { name: roleName },
  roleRef: { apiGroup: '', kind: 'ClusterRole', name: roleName },
  subjects: [{ kind: 'User', name: 'ada', ...subject }],
});

/** A cluster in which everything holds. */
const healthy: Facts = {
  version: { value: 'v1.34.4' },
  nodes: { value: [node('one', 'v1.34.4')] },
  definitions: {
    value: kinds.map(({ plural }) => ({
      metadata: { name: `${plural}.kars.azure.com` },
      spec: { versions: [{ name: 'v1alpha1' }] },
    })),
  },
  policies: { value: named(...admissionPolicyNames) },
  bindings: {
    value: admissionPolicyNames.map((policyName) => ({
      metadata: { name: policyName },
      spec: { policyName, validationActions: ['Deny', 'Audit'] },
    })),
  },
  clusterRoles: { value: [role('view', { resources: ['pods'] })] },
  clusterRoleBindings: { value: [binding('view', {})] },
  namespaces: {
    value: [
      namespace('default'),
      namespace('kars-system', { 'pod-security.kubernetes.io/enforce': 'restricted' }),
      namespace('kars-reader', ofSandbox('reader')),
    ],
  },
  runtimeClasses: { value: named('kata-vm-isolation') },
  sandboxes: { value: [{ spec: { sandbox: { isolation: 'confidential' } } }] },
  daemonSets: {
    value: [daemonSet('seccomp-profile', 'kars-node-profiles'), daemonSet('cilium', 'kube-system')],
  },
  pidLimits: { value: new Map([['one', 1024]]) },
};

const withUsers = (name: string, userNamespaces: boolean) => ({
  metadata: { name },
  status: {
    nodeInfo: { kubeletVersion: 'v1.34.4' } as never,
    runtimeHandlers: [{ features: { userNamespaces } }],
  },
});

const withOwnUsers: Partial<Facts> = { sandboxes: { value: [{ spec: { sandbox: { hostUsers: false } } }] } }; // prettier-ignore

const findings = (change: Partial<Facts> = {}): Finding[] => checkAll({ ...healthy, ...change });

const found = (check: string, change: Partial<Facts>): Finding | undefined =>
  findings(change).find((one) => one.check === check);

const withRole = (rule: object, subject: object = {}): Partial<Facts> => ({
  clusterRoles: { value: [role('wide', rule)] },
  clusterRoleBindings: { value: [binding('wide', subject)] },
});

describe('kars doctor', () => {
  it('finds nothing in a healthy cluster', () => {
    expect(findings().filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(passes(findings(), true)).toBe(true);
  });

  it.each<[string, string, Partial<Facts>]>([
    ['an API server that is too old', 'API server', { version: { value: 'v1.29.9' } }],
    ['a kubelet that is too old', 'kubelets', { nodes: { value: [node('one', 'v1.28.1')] } }],
    ['a kind that is missing', 'custom resources', { definitions: { value: [] } }],
    ['no admission policy', 'admission floor', { policies: { value: [] } }],
    ['policies that are not bound', 'admission floor', { bindings: { value: [] } }],
    [
      'policies that only warn',
      'admission floor',
      {
        bindings: {
          value: admissionPolicyNames.map((policyName) => ({
            spec: { policyName, validationActions: ['Warn'] },
          })),
        },
      },
    ],
    [
      'policies that fail open',
      'admission floor',
      {
        policies: {
          value: admissionPolicyNames.map((name) => ({
            metadata: { name },
            spec: { failurePolicy: 'Ignore' },
          })),
        },
      },
    ],
    [
      'a right to the proxy of nodes',
      'right: nodes/proxy',
      withRole({ resources: ['nodes/proxy'] }),
    ],
    [
      'a right to every subresource of that name',
      'right: nodes/proxy',
      withRole({ resources: ['*/proxy'] }),
    ],
    ['a right to everything', 'right: nodes/proxy', withRole({ resources: ['*'], verbs: ['*'] })],
    [
      'a foreign namespace with the labels of a sandbox',
      'namespaces',
      { namespaces: { value: [namespace('apps', ofSandbox('reader'))] } },
    ],
    [
      'a namespace with the name of a sandbox alone',
      'namespaces',
      { namespaces: { value: [namespace('kars-other')] } },
    ],
    [
      'a platform that admits every pod',
      'namespaces',
      { namespaces: { value: [namespace('kars-system')] } },
    ],
    [
      'the namespace of a sandbox that does not admit its guard',
      'namespaces',
      {
        namespaces: {
          value: [
            namespace('kars-reader', {
              ...ofSandbox('reader'),
              'pod-security.kubernetes.io/enforce': 'baseline',
            }),
          ],
        },
      },
    ],
    [
      'policies that are bound to some namespaces',
      'admission floor',
      {
        bindings: {
          value: admissionPolicyNames.map((policyName) => ({
            spec: { policyName, validationActions: ['Deny'], matchResources: {} },
          })),
        },
      },
    ],
    [
      'users of its own on a node that has none',
      'user namespaces',
      { ...withOwnUsers, nodes: { value: [withUsers('one', true), withUsers('two', false)] } },
    ],
    ['a runtime class that is missing', 'runtime classes', { runtimeClasses: { value: [] } }],
    [
      'a node without the profile',
      'seccomp profile',
      { daemonSets: { value: [daemonSet('seccomp-profile', 'kars-node-profiles', 0)] } },
    ],
  ])('fails for %s, with a cure', (_what, check, change) => {
    expect(found(check, change)).toMatchObject({
      state: 'failed',
      cure: expect.stringMatching(/./) as string,
    });
    expect(passes(findings(change), false)).toBe(false);
  });

  it.each<[string, string, object]>([
    [
      'write admission policies',
      'right: admission policies',
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingadmissionpolicybindings'],
        verbs: ['delete'],
      },
    ],
    ['read every Secret', 'right: Secrets of all namespaces', { resources: ['secrets'] }],
    ['impersonate', 'right: impersonation', { resources: ['users'], verbs: ['impersonate'] }],
    [
      'give itself rights',
      'right: roles beyond the own',
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['escalate'],
      },
    ],
  ])('warns of whoever may %s', (_what, check, rule) => {
    expect(found(check, withRole(rule))).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('User ada') as string,
    });
    expect(passes(findings(withRole(rule)), false)).toBe(true);
    expect(passes(findings(withRole(rule)), true)).toBe(false);
  });

  it('sees nodes that have users of their own, and those that do not tell', () => {
    const of = (...nodes: readonly SeenNode[]) =>
      found('user namespaces', { ...withOwnUsers, nodes: { value: nodes } })?.state;
    expect(of(withUsers('one', true))).toBe('ok');
    expect(of(withUsers('one', true), node('old', 'v1.30.1'))).toBe('unknown');
  });

  it('does not name administrators and parts of Kubernetes', () => {
    for (const subject of [
      { kind: 'Group', name: 'system:masters' },
      { kind: 'ServiceAccount', name: 'metrics', namespace: 'kube-system' },
    ]) {
      expect(found('right: nodes/proxy', withRole({ resources: ['*'] }, subject))?.state).toBe(
        'ok',
      );
    }
  });

  it('warns of a node without a limit of processes', () => {
    expect(
      found('limit of processes', { pidLimits: { value: new Map([['one', -1]]) } }),
    ).toMatchObject({ state: 'warning' });
  });

  it('does not know what it may not read, and says what it takes', () => {
    const unreadable: Fact<never> = { unreadable: 'no right to get /x' };
    const names = Object.keys(healthy) as (keyof Facts)[];
    const all = Object.fromEntries(names.map((name) => [name, unreadable])) as unknown as Facts;
    const states = new Set(checkAll(all).map(({ state }) => state));
    expect([...states]).toEqual(['unknown']);
    expect(passes(checkAll(all), false)).toBe(true);
    expect(formatFindings(checkAll(all))).toContain('no right to get /x');
  });

  it('says which cluster cannot be reached', async () => {
    const { code, stderr } = await kars(['doctor', '--kubeconfig', '/nowhere']);
    expect(code).toBe(3);
    expect(stderr).toContain('kars:');
  });
});
