import { platformNamespaces } from '../../contract/platform-names.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import { celList } from './cel.ts';
import type { AdmissionParameters, Role } from './parameters.ts';

/** CEL that holds for requests in the namespace of the platform or of a sandbox. */
export const inOurNamespace = `request.namespace.startsWith('${PLATFORM_PREFIX}')`;

/** CEL that holds for requests in the namespace of a sandbox. Its name decides, since labels can change. */
export const inSandboxNamespace = `(${inOurNamespace} && !(request.namespace in ${celList(platformNamespaces)}))`;

/** CEL for the subresource of a request, `''` for none. */
export const subresource = "(has(request.subResource) ? request.subResource : '')";

/** CEL that holds for requests of somebody who has a role of the platform. */
export function madeBy(role: Role, { roles }: AdmissionParameters): string {
  const subjects = celList(roles[role]);
  return `(('user:' + request.userInfo.username) in ${subjects} || (has(request.userInfo.groups) && request.userInfo.groups.exists(group, ('group:' + group) in ${subjects})))`;
}

/** CEL that holds for requests of those who deploy what is in the namespace: a sandbox, or the platform. */
export const madeByDeployer = (parameters: AdmissionParameters): string =>
  `(${inSandboxNamespace} ? ${madeBy('deployers', parameters)} : ${madeBy('platformDeployers', parameters)})`;

/**
 * CEL that holds for requests of these controllers of the cluster, by the names of their service accounts.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles
 */
export const madeByController = (...names: readonly string[]): string =>
  `(request.userInfo.username in ${celList(names.map((name) => `system:serviceaccount:kube-system:${name}`))})`;

/**
 * CEL that holds for requests by which the cluster takes away what is left of a deleted namespace or
 * owner; refused, the namespace would stay for ever.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export const madeByCollector = `(request.operation == 'DELETE' && ${madeByController('namespace-controller', 'generic-garbage-collector')})`;
