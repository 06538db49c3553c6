import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { postureProblems, synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';

/** A sandbox as synthesized, with its pod changed. */
function changed(change: (pod: Mutable<PodSpec>) => void): SynthesizedApp {
  const app = synthesize((scope) => sandboxIn(agentsChart(scope)));
  const { spec } = app.find('Deployment', 'reader') as unknown as Deployment;
  if (spec?.template.spec === undefined) throw new Error('there is no pod');
  change(spec.template.spec);
  return app;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const guardOf = ({ initContainers: [guard] = [] }: PodSpec): Container => {
  if (guard === undefined) throw new Error('there is no guard');
  return guard;
};

describe('what is weaker than a sandbox', () => {
  it('is nothing in a sandbox', () => {
    expect(postureProblems(changed(() => undefined))).toEqual([]);
  });

  it.each<[string, (pod: Mutable<PodSpec>) => void]>([
    ['does not begin with the egress guard', (pod) => pod.initContainers?.shift()],
    ['does not begin with the egress guard', (pod) => pod.initContainers?.reverse()],
    ['container egress-guard may run as root', (pod) => (guardOf(pod).command = ['/bin/sh'])],
    ['container egress-guard may run as root', (pod) => (guardOf(pod).restartPolicy = 'Always')],
    [
      'container egress-guard adds capabilities other than NET_ADMIN and NET_RAW',
      (pod) =>
        (guardOf(pod).securityContext = { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
    ],
    [
      'container agent is not started by the launcher',
      (pod) => pod.containers.forEach((agent) => (agent.command = ['/agent'])),
    ],
    ['shares a namespace of the host', (pod) => (pod.hostPID = true)],
    ['shares one process namespace', (pod) => (pod.shareProcessNamespace = true)],
    [
      'container agent may run as root',
      (pod) => pod.containers.forEach((agent) => (agent.securityContext = {})),
    ],
  ])('says: %s', (text, change) => {
    expect(postureProblems(changed(change)).join('\n')).toContain(text);
  });
});
