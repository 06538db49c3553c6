import type { CronJob } from 'kubernetes-types/batch/v1.js';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { KarsImages, type KarsSandboxProps } from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from './sandbox.ts';

/** An app with one sandbox `reader`, changed by `props`; with local images where no others are given. */
export const synthesized = (
  props: Partial<KarsSandboxProps> = {},
  images = KarsImages.local(),
): SynthesizedApp => synthesize((app) => sandboxIn(agentsChart(app, 'chart', images), props));

/** What is refused about a sandbox with `props`, as one text. */
export const refusalsOf = (props: Partial<KarsSandboxProps>): string =>
  synthProblems((app) => sandboxIn(agentsChart(app), props));

/** The pod of the sandbox `reader`, whatever runs it. */
export function podOf(app: SynthesizedApp): PodSpec {
  const objects = ['Deployment', 'Job', 'CronJob'].flatMap((kind) => app.ofKind(kind));
  const [pod] = objects.flatMap((object) => {
    const spec =
      object.kind === 'CronJob'
        ? (object as unknown as CronJob).spec?.jobTemplate.spec
        : (object as unknown as Deployment).spec;
    return spec?.template.spec ?? [];
  });
  if (pod === undefined) throw new Error('there is no pod');
  return pod;
}

/** One container of that pod. */
export function containerOf(app: SynthesizedApp, name: string): Container {
  const { containers, initContainers = [] } = podOf(app);
  const found = [...initContainers, ...containers].find((container) => container.name === name);
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}

/** The plain variables of a container. */
export const envOf = (container: Container): Record<string, string | undefined> =>
  Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));

/** The mount paths of a container. */
export const mountsOf = ({ volumeMounts = [] }: Container): string[] =>
  volumeMounts.map(({ mountPath }) => mountPath);
