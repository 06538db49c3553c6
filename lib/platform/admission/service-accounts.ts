import { SERVICE_ACCOUNT } from '../../sandbox/service-account.ts';
import { celList } from './cel.ts';
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
