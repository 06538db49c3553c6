import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { AgentResources, AgentRuntime, SandboxState, type KarsImages } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import type { ApplicableObject, Client } from '../../cluster/client.ts';
import { paths } from '../../cluster/node/paths.ts';
import { applyAll, isReady, waitForPod } from '../../cluster/node/pods.ts';
import { AGENT_IMAGE } from '../../cluster/node/test-images.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { EVICTION_SECONDS, isEvicted, withoutLimits } from './eviction.ts';
import type { Pair } from './run.ts';

/** Most that the agent may have on the disk of the node. */
const LIMIT = Size.mebibytes(64);

/** More than that, also of what the kubelet keeps when it rotates the log. */
const FLOOD = 160 * 1024 ** 2;

const program = readFileSync(new URL('./flood.py', import.meta.url), 'utf8');

function objectsOf(images: KarsImages, name: string): readonly ApplicableObject[] {
  const agent = AgentRuntime.container({
    image: AGENT_IMAGE,
    command: ['/usr/bin/python3', '-c', program, String(FLOOD)],
  });
  const resources = new AgentResources({
    cpu: { request: 0.1, limit: 1 },
    memory: { request: Size.mebibytes(64), limit: Size.mebibytes(256) },
    ephemeralStorage: { request: Size.mebibytes(16), limit: LIMIT },
  });
  const state = SandboxState.ephemeral();
  return synthesize((scope) =>
    sandboxIn(agentsChart(scope, 'chart', images), { agent, resources, state }, name),
  ).objects;
}

/** Writes a log without end: with the limits of the containers, and without them. */
export async function runLogFlood(admin: Client, images: KarsImages): Promise<Pair> {
  await applyAll(admin, objectsOf(images, 'flooding'));
  await applyAll(admin, withoutLimits(objectsOf(images, 'flooding-freely')));
  await waitForPod(admin, 'kars-flooding', isEvicted, EVICTION_SECONDS);
  const isFlooded = (pod: Pod): boolean => isReady(pod) && logBytes(pod) > LIMIT.toMebibytes() * 1024 ** 2; // prettier-ignore
  const free = await waitForPod(admin, 'kars-flooding-freely', isFlooded);
  return {
    governed: { outcome: 'stopped', detail: 'the pod was evicted' },
    control: { outcome: 'succeeded', detail: `a log of ${logBytes(free)} bytes` },
  };
}

/** What the log of the agent takes on the disk of the node. */
function logBytes({ metadata = {} }: Pod): number {
  const { namespace = '', name = '', uid = '' } = metadata;
  const directory = join(paths.podLogs, `${namespace}_${name}_${uid}`, 'agent');
  return readdirSync(directory)
    .map((file) => statSync(join(directory, file), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}
