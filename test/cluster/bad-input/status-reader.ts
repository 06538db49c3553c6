import type { Node } from '../node/node.ts';
import { writeKubeconfig } from '../node/kubeconfig.ts';
import { applyAll } from '../node/pods.ts';

const NAME = 'status-reader';
const NAMESPACE = 'default';

/**
 * Makes a user who may read pods and their logs, and nothing else.
 *
 * @returns path of its kubeconfig
 */
export async function makeStatusReader({ cluster, admin }: Node): Promise<string> {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAMESPACE } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: NAME },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
        { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME },
      roleRef,
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
    },
  ];
  await applyAll(admin, objects);
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${NAME}/token`;
  const { ok, body, message } = await admin.call('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  if (!ok) throw new Error(message);
  const { token } = (body as { status: { token: string } }).status;
  return writeKubeconfig(NAME, { url: cluster.url, certificate: cluster.certificate, token });
}
