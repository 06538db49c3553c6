import { readFileSync } from 'node:fs';
import { Size } from 'cdk8s';
import type { Pod } from 'kubernetes-types/core/v1.js';
import {
  AgentRuntime,
  Egress,
  SandboxState,
  SandboxWorkspace,
  type KarsImages,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import type { ApplicableObject, Client } from '../../cluster/client.ts';
import { applyAll, firstJsonLine, isReady, podsIn, waitForPod } from '../../cluster/node/pods.ts';
import { AGENT_IMAGE } from '../../cluster/node/test-images.ts';
import { smallResources } from '../../cluster/sandbox/agents.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { Outcome } from '../attack.ts';
import { EVICTION_SECONDS, isEvicted, withoutLimits } from './eviction.ts';
import type { Pair } from './run.ts';

/** More than a directory of the pod has room for. */
const TOO_MUCH = 1100 * 1024 ** 2;

const program = readFileSync(new URL('./exhausted.py', import.meta.url), 'utf8');

function objectsOf(
  images: KarsImages,
  name: string,
  state?: SandboxState,
): readonly ApplicableObject[] {
  const agent = AgentRuntime.container({
    image: AGENT_IMAGE,
    command: ['/usr/bin/python3', '-c', program, '/tmp/x', String(TOO_MUCH)],
  });
  return synthesize((scope) =>
    sandboxIn(
      agentsChart(scope, 'chart', images),
      {
        agent,
        egress: [Egress.https('allowed.example')],
        resources: smallResources,
        // What one pod leaves here the next one finds.
        workspace: SandboxWorkspace.persistent({ size: Size.mebibytes(16) }),
        ...(state === undefined ? {} : { state }),
      },
      name,
    ),
  ).objects;
}

/** Has agents evicted that fill the disk: as they are synthesized, without bounds, and without a volume for state. */
export async function runEvictions(
  admin: Client,
  images: KarsImages,
): Promise<Readonly<Record<'disk' | 'state', Pair>>> {
  await applyAll(admin, objectsOf(images, 'evicted'));
  await applyAll(admin, objectsOf(images, 'forgetful', SandboxState.ephemeral()));
  await applyAll(admin, withoutLimits(objectsOf(images, 'unbounded')));
  const kept = await stateAfterEviction(admin, 'evicted');
  const forgotten = await stateAfterEviction(admin, 'forgetful');
  const evicted: Outcome = { outcome: 'stopped', detail: 'the pod was evicted' };
  return {
    disk: { governed: evicted, control: await stillRuns(admin, 'unbounded') },
    state: { governed: kept, control: forgotten },
  };
}

async function stateAfterEviction(admin: Client, name: string): Promise<Outcome> {
  const namespace = `kars-${name}`;
  const evicted = await waitForPod(admin, namespace, isEvicted, EVICTION_SECONDS);
  const isNext = (pod: Pod): boolean => pod.metadata?.uid !== evicted.metadata?.uid && isReady(pod);
  const next = await waitForPod(admin, namespace, isNext, EVICTION_SECONDS);
  const { before, after } = await firstJsonLine(admin, next, 'agent');
  return before === after
    ? { outcome: 'stopped', detail: 'the sidecars went on where they were' }
    : { outcome: 'succeeded', detail: 'the sidecars began anew' };
}

/** The kubelet looks at all pods in turn, and has evicted the others by now. */
async function stillRuns(admin: Client, name: string): Promise<Outcome> {
  const [pod] = await podsIn(admin, `kars-${name}`);
  if (pod === undefined || !isReady(pod)) return { outcome: 'stopped', detail: 'the pod ended' };
  await firstJsonLine(admin, pod, 'agent');
  return { outcome: 'succeeded', detail: `wrote ${TOO_MUCH} bytes` };
}
