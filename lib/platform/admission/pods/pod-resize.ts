import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { inSandboxNamespace, madeBy } from '../request.ts';

/** CEL that holds when no limit of a container is higher than it was. */
const noHigher = `object.spec.containers.all(container, oldObject.spec.containers.filter(old, old.name == container.name).all(old, old.resources.limits.all(kind, kind in container.resources.limits && quantity(string(container.resources.limits[kind])).compareTo(quantity(string(old.resources.limits[kind]))) <= 0)))`;

/**
 * Resizing a running pod: deployers may lower what the agent uses. Higher limits are a deployment, which
 * leaves a record, and those of guard and sidecars belong to the release.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/
 */
export const podResize = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-pod-resize',
  rules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/resize'] },
  ],
  conditions: { sandbox: inSandboxNamespace },
  refusals: [
    {
      code: 'KARS_POD_RESIZED',
      allows: `${madeBy('deployers', parameters)} && object.spec.initContainers == oldObject.spec.initContainers && ${noHigher}`,
      message:
        'only deployers resize a pod here, only its agent, and no limit above what it has; for more, change resources of KarsSandbox and deploy it',
    },
  ],
});
