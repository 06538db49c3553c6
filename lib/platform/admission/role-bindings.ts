import { platformNamespaces } from '../../contract/platform-names.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import { allOf, celList } from './cel.ts';
import type { AdmissionPolicy } from './policy.ts';

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
