import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { AgentRuntime } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { neighbourPod, script, smallResources } from './agents.ts';
import { lookupSandbox } from './dns.ts';

const PORT = 7000;

describe('a sandbox on a node without IPv4', () => {
  const node = useNode({ ipFamily: 'ipv6' });
  let neighbour = '';

  beforeAll(async () => {
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      neighbourPod(PORT),
    ]);
    neighbour = (await node.pod('default', isReady)).status?.podIP ?? '';
  });

  const objectsOf = (name: string): readonly ApplicableObject[] => {
    const command = ['/usr/bin/python3', '-c', script('ipv6.py'), neighbour, String(PORT)];
    const agent = AgentRuntime.container({ image: AGENT_IMAGE, command });
    return synthesize((scope) =>
      sandboxIn(
        agentsChart(scope, 'chart', node.images),
        { agent, resources: smallResources },
        name,
      ),
    ).objects;
  };

  it('holds its agent, and serves it on the loopback address of IPv4', async () => {
    await node.apply(objectsOf('six'));
    const pod = await node.pod('kars-six', isReady);
    expect(pod.status?.podIPs).toEqual([{ ip: expect.stringMatching(/^fd00:244::/) as string }]);
    expect(await firstJsonLine(node.admin, pod, 'agent')).toEqual({
      tcp: 'Connection reset by peer',
      udp: 'Operation not permitted',
      ipv4: 'Network is unreachable',
      'router health': 'Connection refused',
      models: 200,
      proxy: '403 KARS_EGRESS_NOT_ALLOWED',
    });
  });

  it('finds an address of IPv6 for an allowed name, and nothing for others', async () => {
    await node.apply(lookupSandbox(node, 'names', neighbour));
    const pod = await node.pod('kars-names', isReady);
    const found = expect.stringMatching(/^2001:2:0:/) as string;
    expect(await firstJsonLine(node.admin, pod, 'agent')).toEqual({
      udp: { A: 'rcode 0', TXT: 'rcode 0', AAAA: found },
      tcp: { A: 'rcode 0', TXT: 'rcode 0', AAAA: found },
      'denied by udp': 'rcode 3',
      'denied by tcp': 'rcode 3',
    });
  });

  it('does not hold it without the guard (negative control)', async () => {
    const objects = structuredClone(objectsOf('open'));
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
    const pod = deployment.spec?.template.spec;
    // The guard installs the launcher too.
    pod?.initContainers?.shift();
    for (const agent of pod?.containers ?? []) agent.command = (agent.command ?? []).slice(3);
    await node.apply(objects);
    const running = await node.pod('kars-open', isReady);
    expect(await firstJsonLine(node.admin, running, 'agent')).toMatchObject({
      tcp: 'HTTP/1.1 299 neighbour',
      udp: 'neighbour',
      'router health': expect.stringContaining('HTTP/1.1') as string,
    });
  });
});
