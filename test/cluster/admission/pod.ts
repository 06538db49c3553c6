import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { CronJob, Job } from 'kubernetes-types/batch/v1.js';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { KarsImages, KarsSandboxProps } from 'kars-constructs';
import type { SynthesizedApp } from 'kars-constructs/testing';
import { synthesized } from '../../support/pod.ts';

/** A pod with all parts that tests change. */
export type WholePod = Pod & {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: PodSpec & { initContainers: Container[]; volumes: NonNullable<PodSpec['volumes']> };
};

/** The pod that the workload of a sandbox `reader` makes. */
export const podOfSandbox = (
  props: Partial<KarsSandboxProps> = {},
  images?: KarsImages,
): WholePod => podIn(synthesized(props, images));

/** The pod that the workload of the sandbox in an app makes. */
export function podIn(app: SynthesizedApp): WholePod {
  const [workload] = ['Deployment', 'Job', 'CronJob'].flatMap((kind) => app.ofKind(kind));
  const { spec } = workload as unknown as Deployment | Job;
  const { jobTemplate } = (workload as unknown as CronJob).spec ?? {};
  const template = jobTemplate?.spec?.template ?? spec?.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'reader-1',
      namespace: 'kars-reader',
      labels: { ...template?.metadata?.labels },
    },
    spec: structuredClone(template?.spec) as WholePod['spec'],
  };
}

/** One container of a pod. */
export function containerOf(pod: WholePod, name: string): Container {
  const found = [...pod.spec.initContainers, ...pod.spec.containers].find(
    (container) => container.name === name,
  );
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}

/** One volume of a pod. */
export function volumeOf(pod: WholePod, name: string): WholePod['spec']['volumes'][number] {
  const found = pod.spec.volumes.find((volume) => volume.name === name);
  if (found === undefined) throw new Error(`there is no volume ${name}`);
  return found;
}
