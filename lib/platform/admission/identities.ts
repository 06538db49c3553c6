import { platformNamespaces } from '../../contract/platform-names.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import { SERVICE_ACCOUNT } from '../../sandbox/service-account.ts';
import { allOf, celList } from './cel.ts';
import type { AdmissionPolicy, RequestRule } from './policy.ts';
import { inOurNamespace, inSandboxNamespace, subresource } from './request.ts';

const core = (...resources: readonly string[]): RequestRule => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});

/** The one that the cluster makes in every namespace. */
const accounts = celList([SERVICE_ACCOUNT, 'default']);

/** The identity of a sandbox: one service account, whose token only the kubelet may ask for. */
export const serviceAccounts = (): AdmissionPolicy => ({
  name: 'kars-service-accounts',
  rules: [core('serviceaccounts', 'serviceaccounts/token', 'secrets')],
  conditions: {
    ours: inOurNamespace,
    tokens: `request.resource.resource != 'secrets' || (has(object.type) && object.type == 'kubernetes.io/service-account-token')`,
  },
  refusals: [
    {
      code: 'KARS_SERVICE_ACCOUNT',
      allows: `request.resource.resource != 'serviceaccounts' || ${subresource} != '' || !${inSandboxNamespace} || object.metadata.name in ${accounts}`,
      message: `a sandbox has one service account, ${SERVICE_ACCOUNT}; let others have a namespace of their own`,
    },
    {
      code: 'KARS_TOKEN_REQUEST',
      allows: `${subresource} != 'token' || 'system:nodes' in request.userInfo.groups`,
      message: 'only a kubelet asks for tokens here, for a pod that mounts one',
    },
    {
      code: 'KARS_TOKEN_SECRET',
      allows: `request.resource.resource != 'secrets'`,
      message: 'a token that never ends has no place here; a pod that needs one mounts a bound one',
    },
  ],
});

const isSandboxes = (namespace: string): string =>
  `(${namespace}.startsWith('${PLATFORM_PREFIX}') && !(${namespace} in ${celList(platformNamespaces)}))`;

const ACCOUNT = 'system:serviceaccount:';
const ACCOUNTS = 'system:serviceaccounts:';

/** CEL for the namespace in a name such as `system:serviceaccount:kars-reader:sandbox`. */
const within = (name: string, prefix: string): string =>
  `(${name}.startsWith('${prefix}') ? ${name}.substring(${prefix.length}).split(':')[0] : '')`;

/** Rights that somebody gives to the identity of a sandbox. It has none. */
export const roleBindings = (): AdmissionPolicy => ({
  name: 'kars-role-bindings',
  rules: [
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['rolebindings', 'clusterrolebindings'],
    },
  ],
  conditions: { subjects: 'has(object.subjects)' },
  refusals: [
    {
      code: 'KARS_ROLE_BINDING',
      allows: `object.subjects.all(subject, ${allOf(
        `subject.kind != 'ServiceAccount' || !has(subject.namespace) || !${isSandboxes('subject.namespace')}`,
        `subject.kind != 'User' || !${isSandboxes(within('subject.name', ACCOUNT))}`,
        `subject.kind != 'Group' || !${isSandboxes(within('subject.name', ACCOUNTS))}`,
      )})`,
      message:
        'the service account of a sandbox has no right in the cluster; give what the agent needs to a service of its own, and let the agent ask it',
    },
  ],
});
