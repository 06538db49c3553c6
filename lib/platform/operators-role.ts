import type { ClusterRole } from 'kubernetes-types/rbac/v1.js';
import { OPERATORS_ROLE } from '../sandbox/operators.ts';

/** What operators may do where a binding of a sandbox lets them: what `kars status` needs, and no more. */
export const operatorsRole: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: OPERATORS_ROLE, labels: { 'app.kubernetes.io/name': 'kars' } },
  rules: [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] },
  ],
};
