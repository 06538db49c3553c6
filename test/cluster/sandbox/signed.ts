import type { Pod } from 'kubernetes-types/core/v1.js';
import { AgentRuntime, Egress, type KarsSandboxProps } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { applyAll } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import type { UsedNode } from '../node/use-node.ts';
import { script, smallResources } from './agents.ts';

/** The host that the agent asks for again and again. */
export const ASKED = 'api.example.com';

/** All objects of a sandbox whose agent asks for {@link ASKED}. */
export function sandboxWith(
  node: UsedNode,
  props: Partial<KarsSandboxProps>,
): readonly ApplicableObject[] {
  const agent = AgentRuntime.container({
    image: AGENT_IMAGE,
    command: ['/usr/bin/python3', '-c', script('approved.py')],
  });
  return synthesize((scope) =>
    sandboxIn(agentsChart(scope, 'chart', node.images), {
      agent,
      resources: smallResources,
      ...props,
    }),
  ).objects;
}

/** The documents of a sandbox that lists {@link ASKED} and signs nothing. */
export const unsigned = (node: UsedNode): readonly ApplicableObject[] =>
  sandboxWith(node, { egress: [Egress.https(ASKED)] });

/** Writes documents and nothing else, as whoever may write ConfigMaps, and has the kubelet look. */
export async function writeDocuments(
  node: UsedNode,
  pod: Pod,
  objects: readonly ApplicableObject[],
): Promise<void> {
  const isDocument = ({ kind, metadata: { name } }: ApplicableObject): boolean =>
    kind === 'ConfigMap' && name.startsWith('kars-documents-');
  await applyAll(node.admin, objects.filter(isDocument));
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const annotations = { 'kars.azure.com/refresh': new Date().toISOString() };
  const { ok, message } = await node.admin.call(
    'PATCH',
    `/api/v1/namespaces/${namespace}/pods/${name}`,
    { metadata: { annotations } },
    'application/merge-patch+json',
  );
  if (!ok) throw new Error(message);
}
