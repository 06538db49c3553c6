import type { UserAttack } from '../attack.ts';
import { attack, applied, inNamespace, patch, written } from './requests.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

/** The same, to what decides about the pod, and who it is. */
export const clusterRequests: readonly UserAttack[] = [
  attack(
    'node-profile-pod',
    'make a pod where paths of the node are admitted',
    'kars-node-profile-pods',
    applied(() => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'mine', namespace: 'kars-node-profiles' },
      ...{
        spec: {
          containers: [{ name: 'a', image: 'a:1' }],
          volumes: [{ name: 'node', hostPath: { path: '/' } }],
        },
      },
    })),
  ),
  attack(
    'documents',
    'write a policy document',
    'kars-config-maps',
    inNamespace('v1', 'ConfigMap', 'kars-documents-egress-allowlist', { data: {} }),
  ),
  attack(
    'namespace-labelled',
    'label a namespace so that it passes for one of a sandbox',
    'kars-namespaces',
    (target) =>
      patch(target, '/api/v1/namespaces/default', {
        metadata: { labels: { 'kars.azure.com/role': 'sandbox' } },
      }),
  ),
  attack(
    'namespace-owner',
    'give the namespace of a sandbox another owner',
    'kars-namespaces',
    (target) =>
      patch(target, `/api/v1/namespaces/${target.namespace}`, {
        metadata: { annotations: { 'kars.azure.com/owner-namespace': 'mine' } },
      }),
  ),
  attack(
    'namespace-taken',
    'make a namespace of the platform',
    'kars-namespaces',
    applied(() => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kars-sre' } })),
  ),
  attack(
    'token-request',
    'ask for the token of a sandbox',
    'kars-service-accounts',
    ({ client, namespace }) =>
      client.call(
        'POST',
        `/api/v1/namespaces/${namespace}/serviceaccounts/sandbox/token?dryRun=All`,
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      ),
  ),
  attack(
    'token-secret',
    'have a token made that never ends',
    'kars-service-accounts',
    applied((namespace) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'token',
        namespace,
        ...{ annotations: { 'kubernetes.io/service-account.name': 'sandbox' } },
      },
      ...{ type: 'kubernetes.io/service-account-token' },
    })),
  ),
  attack(
    'role-binding',
    'give the sandbox rights in the cluster',
    'kars-role-bindings',
    applied((namespace) => ({
      apiVersion: RBAC,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'mine' },
      ...{
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'sandbox', namespace }],
      },
    })),
  ),
  attack(
    'sandbox-learns',
    'loosen the egress of a sandbox',
    'kars-sandbox-floor',
    written('KarsSandbox', (spec) => (spec['networkPolicy'] = { egressMode: 'Learn' })),
  ),
  attack(
    'inference-unbounded',
    'let a model write without end',
    'kars-inference-floor',
    written('InferencePolicy', (spec) => delete spec['tokenBudget']),
  ),
  attack(
    'sandbox-isolation',
    'take the isolation of a sandbox below the floor',
    'kars-sandbox-floor',
    written('KarsSandbox', (spec) => (spec['sandbox'] = { isolation: 'standard' })),
  ),
  attack(
    'sandbox-image',
    'declare a sandbox with an image from another registry',
    'kars-sandbox-floor',
    written('KarsSandbox', (spec) => {
      const { byo } = spec['runtime'] as { byo: Record<string, unknown> };
      byo['image'] = 'evil.example/agent:1';
    }),
  ),
  attack(
    'sandbox-reserved',
    'declare a sandbox whose namespace is that of the platform',
    'kars-sandbox-floor',
    ({ objectOf, tries }) => {
      const { metadata, ...rest } = structuredClone(objectOf('KarsSandbox'));
      return tries({ ...rest, metadata: { ...metadata, name: 'system' } });
    },
  ),
  attack(
    'documents-deleted',
    'delete a policy document',
    'kars-config-maps',
    ({ client, namespace }) =>
      client.call(
        'DELETE',
        `/api/v1/namespaces/${namespace}/configmaps/kars-documents-set?dryRun=All`,
      ),
  ),
  attack(
    'documents-collection',
    'delete all policy documents at once',
    'kars-config-maps',
    ({ client, namespace }) =>
      client.call('DELETE', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`),
  ),
  attack(
    'approval',
    'approve a host without being an operator',
    'kars-config-maps',
    inNamespace('v1', 'ConfigMap', 'kars-approvals', { data: { 'mine.json': '{}' } }),
  ),
];
