import type { Size } from 'cdk8s';
import { CONFIDENTIAL_RUNTIME_CLASS } from '../contract/kinds/kars-sandbox/isolation.ts';
import type { KubernetesObject } from '../private/manifest.ts';
import { cores, mebibytes } from '../private/quantities.ts';

/** A taint that pods of a RuntimeClass bear. */
export interface RuntimeToleration {
  /** Key of the taint. */
  readonly key: string;
  /**
   * Value of the taint.
   *
   * @default any
   */
  readonly value?: string;
}

/** The RuntimeClass that confidential sandboxes run in, of {@link KarsPlatformProps}. */
export interface ConfidentialRuntimeProps {
  /**
   * Name of the class; sandboxes name it by `runtimeClassName`.
   *
   * @default 'kata-vm-isolation', which sandboxes name when nothing else is said
   */
  readonly name?: string;
  /** What the container runtime of the nodes calls it, such as `kata`. */
  readonly handler: string;
  /**
   * Labels of the nodes that have the handler.
   *
   * @default every node is taken to have it
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Taints of these nodes.
   *
   * @default none
   */
  readonly tolerations?: readonly RuntimeToleration[];
  /**
   * What a pod costs besides its containers; the scheduler counts it.
   *
   * @default nothing
   */
  readonly overhead?: { readonly cpu?: number; readonly memory?: Size };
}

/** Scheduling stands in the class, so that a sandbox cannot land where its handler is missing. */
export function runtimeClass({
  name = CONFIDENTIAL_RUNTIME_CLASS,
  handler,
  nodeSelector,
  tolerations = [],
  overhead,
}: ConfidentialRuntimeProps): KubernetesObject {
  const scheduling = {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map(toleration) }),
  };
  const podFixed = {
    ...(overhead?.cpu === undefined ? {} : { cpu: cores(overhead.cpu) }),
    ...(overhead?.memory === undefined ? {} : { memory: mebibytes(overhead.memory) }),
  };
  const object = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name, labels: { 'app.kubernetes.io/name': 'kars' } },
    handler,
    ...(Object.keys(scheduling).length === 0 ? {} : { scheduling }),
    ...(Object.keys(podFixed).length === 0 ? {} : { overhead: { podFixed } }),
  };
  return object;
}

const toleration = ({ key, value }: RuntimeToleration) => ({
  key,
  ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
});
