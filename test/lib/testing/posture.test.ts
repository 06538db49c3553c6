import { Cron } from 'cdk8s';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { SandboxWorkload } from 'kars-constructs';
import { postureProblems, type SynthesizedApp } from 'kars-constructs/testing';
import { podOf, synthesized } from '../../support/pod.ts';

/** A sandbox as synthesized, with its pod changed. */
function changed(
  change: (pod: Mutable<PodSpec>) => void,
  workload = SandboxWorkload.service(),
): SynthesizedApp {
  const app = synthesized({ workload });
  change(podOf(app));
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
    [
      'container agent has a probe or hook without the launcher',
      (pod) =>
        pod.containers.forEach((agent) => (agent.livenessProbe = { exec: { command: ['/x'] } })),
    ],
    [
      'container agent has a probe or hook without the launcher',
      (pod) =>
        pod.containers.forEach(
          (agent) => (agent.lifecycle = { preStop: { exec: { command: ['/x'] } } }),
        ),
    ],
    [
      'container agent has no limit of disk',
      (pod) => pod.containers.forEach((agent) => (agent.resources = { limits: { memory: '1Gi' } })),
    ],
    [
      'has an empty directory without a size limit',
      (pod) => pod.volumes?.push({ name: 'more', emptyDir: {} }),
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

  it.each([
    ['Job', SandboxWorkload.job()],
    ['CronJob', SandboxWorkload.cron({ schedule: Cron.hourly() })],
  ])('is said of the pods of a %s too', (kind, workload) => {
    const app = changed((pod) => (pod.hostPID = true), workload);
    expect(postureProblems(app)).toEqual([
      `${kind} kars-reader/reader: shares a namespace of the host`,
    ]);
  });
});
