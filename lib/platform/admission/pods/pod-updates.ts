import { annotations } from '../../../contract/api.ts';
import { allOf } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { inOurNamespace, madeBy, madeByController } from '../request.ts';

/** Controllers that adopt pods, and that take back what holds a finished one. */
const CONTROLLERS = [
  'replicaset-controller',
  'job-controller',
  'daemon-set-controller',
  'generic-garbage-collector',
];

const labelsOf = (object: string): string =>
  `(has(${object}.metadata.labels) ? ${object}.metadata.labels : {})`;

const annotationsOf = (object: string): string =>
  `(has(${object}.metadata.annotations) ? ${object}.metadata.annotations : {})`;

const sameBesideRefresh = (one: string, other: string): string =>
  `${one}.all(key, key == '${annotations.refresh}' || (key in ${other} && ${one}[key] == ${other}[key]))`;

/**
 * What changes of a pod after it is made: the annotation that has the kubelet look at its volumes, by
 * operators, and what controllers of the cluster note on it. Its image is not among it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
 */
export const podUpdates = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-pod-updates',
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods'] }],
  conditions: { ours: inOurNamespace },
  variables: {
    before: annotationsOf('oldObject'),
    after: annotationsOf('object'),
  },
  refusals: [
    {
      code: 'KARS_POD_CHANGED',
      allows: allOf(
        'object.spec == oldObject.spec',
        `${labelsOf('object')} == ${labelsOf('oldObject')}`,
      ),
      message:
        'a pod here keeps its images, its other fields and its labels; change the KarsSandbox and deploy it',
    },
    {
      code: 'KARS_POD_ANNOTATED',
      allows: `${madeByController(...CONTROLLERS)} || (${madeBy('operators', parameters)} && ${allOf(
        sameBesideRefresh('variables.before', 'variables.after'),
        sameBesideRefresh('variables.after', 'variables.before'),
        '(has(object.metadata.ownerReferences) ? object.metadata.ownerReferences : []) == (has(oldObject.metadata.ownerReferences) ? oldObject.metadata.ownerReferences : [])',
        '(has(object.metadata.finalizers) ? object.metadata.finalizers : []) == (has(oldObject.metadata.finalizers) ? oldObject.metadata.finalizers : [])',
      )})`,
      message: `only operators change a pod here, and only its annotation ${annotations.refresh}`,
    },
  ],
});
