import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Container } from 'kubernetes-types/core/v1.js';
import { AgentRuntime, Egress } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import type { UsedNode } from '../node/use-node.ts';
import { neighbourPod, script, smallResources } from './agents.ts';

/** A pod in the namespace `default` that answers whoever asks it for names. */
export function serverPod(): ApplicableObject {
  const pod = neighbourPod(53);
  // Ports below 1024 are for root.
  const spec = { ...pod.spec, securityContext: { runAsUser: 0 } };
  return { ...pod, ...{ spec } };
}

/** A sandbox with `site.example` allowed, whose agent sends its queries to `neighbour`. */
export function lookupSandbox(
  node: UsedNode,
  name: string,
  neighbour: string,
  ...more: readonly string[]
): readonly ApplicableObject[] {
  const command = ['/usr/bin/python3', '-c', script('dns.py'), neighbour, ...more];
  const props = {
    agent: AgentRuntime.container({ image: AGENT_IMAGE, command }),
    egress: [Egress.https('site.example')],
    resources: smallResources,
  };
  const { objects } = synthesize((scope) =>
    sandboxIn(agentsChart(scope, 'chart', node.images), props, name),
  );
  return objects;
}

/** The same objects without the guard, and without the launcher that it installs. */
export const withoutGuard = (objects: readonly ApplicableObject[]): readonly ApplicableObject[] =>
  changed(objects, (initContainers, agent) => {
    initContainers.shift();
    agent.command = (agent.command ?? []).slice((agent.command ?? []).indexOf('--') + 1);
  });

/** The same objects with a proxy that answers no DNS. */
export const withoutDns = (objects: readonly ApplicableObject[]): readonly ApplicableObject[] =>
  changed(objects, (initContainers) => {
    for (const container of initContainers) {
      if (container.name !== 'egress-proxy') continue;
      container.args = (container.args ?? []).filter((each) => !each.startsWith('--dns-port='));
    }
  });

function changed(
  objects: readonly ApplicableObject[],
  change: (initContainers: Container[], agent: Container) => void,
): readonly ApplicableObject[] {
  const copies = structuredClone(objects);
  const deployment = copies.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
  const pod = deployment.spec?.template.spec;
  const [agent] = pod?.containers ?? [];
  if (pod?.initContainers === undefined || agent === undefined) throw new Error('there is no pod');
  change(pod.initContainers, agent);
  return copies;
}
