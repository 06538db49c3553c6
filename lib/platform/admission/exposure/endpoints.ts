import type { AdmissionPolicy } from '../policy.ts';
import { inOurNamespace, madeByController } from '../request.ts';

/**
 * Where a Service leads is what its controller finds: a hand-made address would answer in place of the
 * agent.
 */
export const endpoints = (): AdmissionPolicy => ({
  name: 'kars-endpoints',
  rules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['endpoints'],
    },
    {
      apiGroups: ['discovery.k8s.io'],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['endpointslices'],
    },
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_ENDPOINTS_WRITER',
      allows: madeByController(
        'endpoint-controller',
        'endpointslice-controller',
        'endpointslicemirroring-controller',
        'generic-garbage-collector',
      ),
      message: 'the cluster itself writes where a Service here leads',
    },
  ],
});
