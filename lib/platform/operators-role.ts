import type { ClusterRole } from 'kubernetes-types/rbac/v1.js';
import { GROUP } from '../contract/api.ts';
import { egressApproval } from '../contract/kinds/egress-approval/index.ts';
import { runtimeSet } from '../contract/runtime-set.ts';
import { APPROVERS_ROLE, OPERATORS_ROLE } from '../sandbox/operators.ts';

/** What operators may do where a binding of a sandbox lets them: what `kars status` and `kars egress` need, and no more. */
export const operatorsRole: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: OPERATORS_ROLE, labels: { 'app.kubernetes.io/name': 'kars' } },
  rules: [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] },
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [runtimeSet.granted],
      verbs: ['get', 'patch'],
    },
  ],
};

/** What operators may do where custom resources are: write down what they approve, and take it back. */
export const approversRole: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: APPROVERS_ROLE, labels: { 'app.kubernetes.io/name': 'kars' } },
  rules: [{ apiGroups: [GROUP], resources: [egressApproval.plural], verbs: ['create', 'delete'] }],
};
