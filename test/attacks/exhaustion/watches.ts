import { AgentRuntime, SandboxState, type KarsImages } from 'kars-constructs';
import { processes } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import type { ApplicableObject, Client } from '../../cluster/client.ts';
import { applyAll, firstJsonLine, isReady, waitForPod } from '../../cluster/node/pods.ts';
import { AGENT_IMAGE } from '../../cluster/node/test-images.ts';
import { smallResources } from '../../cluster/sandbox/agents.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { Outcome } from '../attack.ts';
import { manifestOf } from '../layers.ts';
import { makeRoom } from '../make-room.ts';
import { instancesLeft, PROGRAM, takeInstances } from './instances.ts';
import type { Pair } from './run.ts';

const sidecar = processes.router;

/** Sidecars of other pods that end meanwhile give some back, which the agent takes next. */
const LOOKS = 20;

function objectsOf(images: KarsImages, name: string): readonly ApplicableObject[] {
  const agent = AgentRuntime.container({
    image: AGENT_IMAGE,
    command: [PROGRAM, '-c', takeInstances],
  });
  const props = { agent, resources: smallResources, state: SandboxState.ephemeral() };
  return synthesize((scope) => sandboxIn(agentsChart(scope, 'chart', images), props, name)).objects;
}

/** An agent that is the same user as a sidecar. */
function asSidecar(objects: readonly ApplicableObject[]): readonly ApplicableObject[] {
  const manifest = manifestOf(objects);
  manifest.agent.securityContext = { ...manifest.agent.securityContext, runAsUser: sidecar.uid };
  return manifest.objects;
}

/** Takes all that the kernel gives a user: as the user of agents, and as one of a sidecar. */
export async function runWatches(admin: Client, images: KarsImages): Promise<Pair> {
  await applyAll(admin, objectsOf(images, 'watching'));
  const governed = await outcomeOf(admin, 'watching');
  await makeRoom(admin, 'kars-watching');
  await applyAll(admin, asSidecar(objectsOf(images, 'watching-as-router')));
  const control = await outcomeOf(admin, 'watching-as-router');
  await makeRoom(admin, 'kars-watching-as-router');
  return { governed, control };
}

/** What a sidecar still gets, once an agent has taken all that it can; the kernel counts a user on the whole node. */
async function outcomeOf(admin: Client, name: string): Promise<Outcome> {
  const pod = await waitForPod(admin, `kars-${name}`, isReady);
  const { held, refusal } = await firstJsonLine(admin, pod, 'agent');
  if (refusal !== 'EMFILE') throw new Error(`the agent took ${String(held)}: ${String(refusal)}`);
  for (let look = 0; look < LOOKS; look += 1) {
    if (instancesLeft(sidecar.uid) === 0) {
      return { outcome: 'succeeded', detail: 'a sidecar gets none' };
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return { outcome: 'stopped', detail: 'a sidecar has instances of its own' };
}
