import type { ClusterRole, ClusterRoleBinding, PolicyRule } from 'kubernetes-types/rbac/v1.js';

/** A right that reaches past admission, or changes it. */
export interface Right {
  readonly check: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly why: string;
  readonly cure: string;
  /** Whether having it is a fault, and not only to be known. */
  readonly isFault: boolean;
}

/** @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/ */
export const rights: readonly Right[] = [
  {
    check: 'nodes/proxy',
    apiGroup: '',
    resource: 'nodes/proxy',
    verbs: ['get', 'create', '*'],
    why: 'runs commands in every pod by the kubelet, past admission and its audit',
    cure: 'grant nodes/metrics, nodes/stats or nodes/log instead',
    isFault: true,
  },
  {
    check: 'admission policies',
    apiGroup: 'admissionregistration.k8s.io',
    resource: 'validatingadmissionpolicybindings',
    verbs: ['create', 'update', 'patch', 'delete', '*'],
    why: 'switches the floor of the sandboxes off',
    cure: 'leave it to those who deploy the platform',
    isFault: false,
  },
  {
    check: 'Secrets of all namespaces',
    apiGroup: '',
    resource: 'secrets',
    verbs: ['get', 'list', 'watch', '*'],
    why: 'reads the credentials of every provider',
    cure: 'grant it by a Role in the namespaces that need it',
    isFault: false,
  },
  {
    check: 'impersonation',
    apiGroup: '',
    resource: 'users',
    verbs: ['impersonate', '*'],
    why: 'acts as a deployer, or as one for emergencies',
    cure: 'name the users that may be impersonated with resourceNames',
    isFault: false,
  },
  {
    check: 'roles beyond the own',
    apiGroup: 'rbac.authorization.k8s.io',
    resource: 'clusterroles',
    verbs: ['escalate', 'bind', '*'],
    why: 'gives itself every right',
    cure: 'leave escalate and bind to administrators',
    isFault: false,
  },
];

/** Administrators, and parts of Kubernetes that are bound so in every cluster. */
const EXPECTED: readonly string[] = [
  'Group system:masters',
  'Group kubeadm:cluster-admins',
  'User system:kube-controller-manager',
  'User kube-apiserver-kubelet-client',
];

const has = (list: readonly string[] | undefined, ...any: readonly string[]): boolean =>
  (list ?? []).some((one) => one === '*' || any.includes(one));

function grants(
  { apiGroups, resources, verbs, resourceNames }: PolicyRule,
  { apiGroup, resource, verbs: wanted }: Right,
): boolean {
  const [name = ''] = resource.split('/');
  const subresource = `*/${resource.split('/')[1] ?? ''}`;
  return (
    has(apiGroups, apiGroup) &&
    has(resources, resource, ...(resource === name ? [] : [subresource])) &&
    has(verbs, ...wanted) &&
    (resourceNames ?? []).length === 0
  );
}

/** Who has a right in the whole cluster, besides administrators and parts of Kubernetes itself. */
export function holdersOf(
  right: Right,
  roles: readonly ClusterRole[],
  bindings: readonly ClusterRoleBinding[],
): string[] {
  const granting = new Set(
    roles
      .filter(({ rules }) => (rules ?? []).some((rule) => grants(rule, right)))
      .map(({ metadata }) => metadata?.name),
  );
  const holders = bindings
    .filter(({ roleRef }) => granting.has(roleRef.name))
    .flatMap(({ subjects = [] }) => subjects)
    .filter(({ kind, namespace }) => kind !== 'ServiceAccount' || namespace !== 'kube-system')
    .map(({ kind, name, namespace }) =>
      namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    );
  return [...new Set(holders)].filter((holder) => !EXPECTED.includes(holder)).sort();
}
