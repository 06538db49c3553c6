import { readFileSync } from 'node:fs';
import { AgentRuntime, type KarsImages } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { chat } from '../../../runtime/router/surfaces/chat/chat.ts';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import type { UsedNode } from '../node/use-node.ts';
import { smallResources } from '../sandbox/agents.ts';
import { withProviderAt } from '../sandbox/provider-at.ts';

const PORT = 7000;

const script = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Calls of a model that the budget of the sandbox has room for. */
export const PAID_CALLS = 5;

/** What one of them may use: the neighbour is no provider and reports nothing, so that is what it is charged. */
const TOKENS_OF_CALL =
  (chat.inputBound({
    model: 'small',
    messages: [{ role: 'user', content: 'x' }],
    max_tokens: 10,
  }) ?? 0) + 10;

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
  return synthesize((scope) => {
    const chart = agentsChart(scope, 'chart', images);
    const inferencePolicy = inferencePolicyIn(chart, {
      name: `${name}-models`,
      tokenBudget: { monthly: PAID_CALLS * TOKENS_OF_CALL },
    });
    sandboxIn(chart, { agent, inferencePolicy, resources: smallResources }, name);
  }).objects.map((object) =>
    withProviderAt(object, 'local', `http://${neighbourAddress}:${PORT}/v1`),
  );
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
