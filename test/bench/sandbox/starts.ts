import { readFileSync } from 'node:fs';
import { Size } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import { AgentResources, AgentRuntime, type KarsImages } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import type { ApplicableObject, Client } from '../../cluster/client.ts';
import { clean } from '../../cluster/node/clean.ts';
import { ctr } from '../../cluster/node/ctr.ts';
import { applyAll, hasEnded, podsIn, waitForPod } from '../../cluster/node/pods.ts';
import { AGENT_IMAGE } from '../../cluster/node/test-images.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { taskTimes } from './task-times.ts';

/** What one start took, and what the sidecars hold when nothing happens. */
export interface StartFigures {
  readonly startMilliseconds: number;
  readonly guardMilliseconds: number;
  readonly routerKibibytes: number;
  readonly proxyKibibytes: number;
}

const IDLE_MILLISECONDS = 10_000;
const CROWD_SECONDS = 300;

const agents = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } };

function objectsOf(images: KarsImages, names: readonly string[]): readonly ApplicableObject[] {
  const agent = AgentRuntime.container({
    image: AGENT_IMAGE,
    command: ['/usr/bin/sleep', 'infinity'],
  });
  const resources = new AgentResources({
    cpu: { request: 0.1, limit: 1 },
    memory: { request: Size.mebibytes(64), limit: Size.mebibytes(256) },
  });
  return synthesize((scope) => {
    const chart = agentsChart(scope, 'chart', images);
    for (const name of names) sandboxIn(chart, { agent, resources }, name);
  }).objects;
}

/** Starts one sandbox, measures it, and takes it away. */
export async function measureStart(
  admin: Client,
  images: KarsImages,
  name: string,
): Promise<StartFigures> {
  const objects = objectsOf(images, [name]);
  await applyAll(admin, [agents]);
  const times = taskTimes();
  try {
    const started = performance.now();
    await applyAll(admin, objects);
    const pod = await waitForPod(admin, `kars-${name}`, agentRuns, 120);
    const startMilliseconds = performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, IDLE_MILLISECONDS));
    return {
      startMilliseconds,
      guardMilliseconds: times.of(idOf(pod, 'egress-guard')),
      routerKibibytes: await anonymousMemory(idOf(pod, 'router')),
      proxyKibibytes: await anonymousMemory(idOf(pod, 'egress-proxy')),
    };
  } finally {
    times.stop();
    await clean(admin);
  }
}

/** Seconds until the agents of that many sandboxes run at once, NaN when they do not. */
export async function measureCrowd(
  admin: Client,
  images: KarsImages,
  count: number,
): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `crowd-${index}`);
  const started = performance.now();
  await applyAll(admin, [agents, ...objectsOf(images, names).map(withSmallRequests)]);
  const deadline = started + CROWD_SECONDS * 1000;
  while (performance.now() < deadline) {
    const running = await Promise.all(
      names.map(async (name) => (await podsIn(admin, `kars-${name}`)).some(agentRuns)),
    );
    if (running.every(Boolean)) return (performance.now() - started) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return Number.NaN;
}

function withSmallRequests(object: ApplicableObject): ApplicableObject {
  if (object.kind !== 'Deployment') return object;
  const deployment = structuredClone(object) as unknown as Deployment;
  const pod = deployment.spec?.template.spec;
  for (const container of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]) {
    container.resources = { ...container.resources, requests: { cpu: '10m', memory: '16Mi' } };
  }
  return deployment as unknown as ApplicableObject;
}

const statuses = ({ status }: Pod): ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

const agentRuns = (pod: Pod): boolean =>
  hasEnded('egress-guard')(pod) &&
  statuses(pod).some(({ name, state }) => name === 'agent' && state?.running !== undefined);

const idOf = (pod: Pod, container: string): string =>
  (statuses(pod).find(({ name }) => name === container)?.containerID ?? '').replace(/^.*\//, '');

/** RssAnon of the one process of a container, in KiB. */
async function anonymousMemory(id: string): Promise<number> {
  const { stdout } = await ctr(['tasks', 'ls']);
  const [, pid = ''] = new RegExp(`^${id}\\s+(\\d+)`, 'm').exec(stdout) ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]);
}
