import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';
import { inOurNamespace, madeBy, subresource } from './request.ts';

/**
 * Ways into a running pod. What they start does not pass the launcher, and what they forward comes from
 * the loopback of the pod.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/
 */
export const subresources = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-subresources',
  rules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CONNECT'],
      resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'],
    },
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['pods/ephemeralcontainers'],
    },
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_CONNECT',
      allows: `${subresource} == 'ephemeralcontainers' || ${madeBy('breakGlass', parameters)}`,
      message:
        'nobody executes in, attaches to, or forwards to a pod here but those for emergencies; read kars status and the logs, or act as one of admission.breakGlass',
    },
    {
      code: 'KARS_DEBUG_CONTAINER',
      allows: `${subresource} != 'ephemeralcontainers' || ${madeBy('breakGlass', parameters)}`,
      message:
        'nobody adds a container to a pod here but those for emergencies; read kars status and the logs, or act as one of admission.breakGlass',
    },
  ],
});
