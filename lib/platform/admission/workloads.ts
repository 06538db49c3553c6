import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy, RequestRule } from './policy.ts';
import { inOurNamespace, madeByController, madeByDeployer } from './request.ts';

const written = (apiGroup: string, ...resources: readonly string[]): RequestRule => ({
  apiGroups: [apiGroup],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});

/** Resources with a number of pods, which a subresource changes as well. */
const scaled = (...resources: readonly string[]): string[] =>
  resources.flatMap((resource) => [resource, `${resource}/scale`]);

/** Controllers that make what makes pods, and that note on it how far they are. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'daemon-set-controller',
  'cronjob-controller',
  'job-controller',
  'generic-garbage-collector',
];

/**
 * What makes pods is written by deployers: whoever may make a pod chooses its image and command, and
 * has it given the Secrets of the namespace.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation
 */
export const workloads = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-workloads',
  rules: [
    written('apps', ...scaled('deployments', 'replicasets', 'statefulsets'), 'daemonsets'),
    written('batch', 'jobs', 'cronjobs'),
    written('', ...scaled('replicationcontrollers'), 'podtemplates'),
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_WORKLOAD_WRITER',
      allows: `${madeByDeployer(parameters)} || ${madeByController(...CONTROLLERS)}`,
      message:
        'only deployers write what makes pods here; change the KarsSandbox and deploy it as one of them',
    },
  ],
});
