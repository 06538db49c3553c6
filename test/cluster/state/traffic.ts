import { readFileSync } from 'node:fs';
import { AgentRuntime, type KarsImages } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import type { UsedNode } from '../node/use-node.ts';
import { smallResources } from '../sandbox/agents.ts';

const PORT = 7000;

const script = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** A sandbox whose agent calls router and proxy without end, and tries a host beside the pod. */
export async function startTraffic(node: UsedNode, name: string): Promise<void> {
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
    neighbour,
  ]);
  const { status } = await node.pod('default', isReady);
  await node.apply(trafficObjects(node.images, name, status?.podIP ?? ''));
  await node.pod(`kars-${name}`, isReady);
}

function trafficObjects(
  images: KarsImages,
  name: string,
  neighbourAddress: string,
): readonly ApplicableObject[] {
  const command = ['/usr/bin/python3', '-c', script('traffic.py'), neighbourAddress, String(PORT)];
  const agent = AgentRuntime.container({ image: AGENT_IMAGE, command });
  return synthesize((scope) =>
    sandboxIn(agentsChart(scope, 'chart', images), { agent, resources: smallResources }, name),
  ).objects;
}

const neighbour = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'neighbour', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'neighbour',
        image: AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/bin/python3', '-c', script('../sandbox/neighbour.py'), String(PORT)],
      },
    ],
  },
};
