import { platformNamespaces } from '../../contract/platform-names.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import type { AdmissionParameters, Role } from './parameters.ts';

/** CEL for a list of texts. */
export const celList = (texts: readonly string[]): string => JSON.stringify(texts);

/** CEL that holds for requests in the namespace of the platform or of a sandbox. */
export const inOurNamespace = `request.namespace.startsWith('${PLATFORM_PREFIX}')`;

/** CEL that holds for requests in the namespace of a sandbox. Its name decides, since labels can change. */
export const inSandboxNamespace = `(${inOurNamespace} && !(request.namespace in ${celList(platformNamespaces)}))`;

/** CEL that holds for requests of somebody who has a role of the platform. */
export function madeBy(role: Role, { roles }: AdmissionParameters): string {
  const subjects = celList(roles[role]);
  return `(('user:' + request.userInfo.username) in ${subjects} || (has(request.userInfo.groups) && request.userInfo.groups.exists(group, ('group:' + group) in ${subjects})))`;
}

/**
 * CEL that holds for requests by which the cluster takes away what is left of a deleted namespace or
 * owner; refused, the namespace would stay for ever.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export const madeByCollector = `(request.operation == 'DELETE' && request.userInfo.username in ${celList(
  ['namespace-controller', 'generic-garbage-collector'].map(
    (name) => `system:serviceaccount:kube-system:${name}`,
  ),
)})`;
