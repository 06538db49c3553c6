import type {
  Affinity,
  NodeSelectorRequirement,
  PodSpec,
  Toleration as PodToleration,
} from 'kubernetes-types/core/v1.js';
import type { AcceptedSandboxSpec } from './input.ts';

/** Where the pod runs, and what its images are pulled with. */
export function podScheduling({
  scheduling = {},
  pullSecrets = [],
}: AcceptedSandboxSpec): Partial<PodSpec> {
  const { nodeSelector, tolerations = [], nodeAffinity = [], priorityClassName } = scheduling;
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations as PodToleration[] }),
    ...(nodeAffinity.length === 0
      ? {}
      : { affinity: nodesWith(nodeAffinity as NodeSelectorRequirement[]) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(pullSecrets.length === 0
      ? {}
      : { imagePullSecrets: pullSecrets.map(({ name }) => ({ name })) }),
  };
}

const nodesWith = (matchExpressions: NodeSelectorRequirement[]): Affinity => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions }],
    },
  },
});
