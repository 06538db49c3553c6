import { describe, expect, it } from 'vitest';
import { AgentRuntime } from 'kars-constructs';
import { processes } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { POD_PIDS_LIMIT } from '../node/kubelet.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { script, smallResources } from './agents.ts';

describe('an agent that starts processes without end', () => {
  const node = useNode();

  it('comes to the limit of its pod, and the sidecars live on', async () => {
    const agent = AgentRuntime.container({
      image: AGENT_IMAGE,
      command: ['/usr/bin/python3', '-c', script('fork-bomb.py')],
    });
    const app = synthesize((scope) =>
      sandboxIn(
        agentsChart(scope, 'chart', node.images),
        { agent, resources: smallResources },
        'bomb',
      ),
    );
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      ...app.objects,
    ]);
    const pod = await node.pod('kars-bomb', isReady);
    const report = await firstJsonLine(node.admin, pod, 'agent');
    expect(report).toMatchObject({ refusal: 'EAGAIN', models: 200, proxy: 403 });
    // Less the sidecars and their threads.
    expect(report['started']).toBeGreaterThan(POD_PIDS_LIMIT - 100);
    expect(report['started']).toBeLessThan(POD_PIDS_LIMIT);
    for (const { statusPort } of Object.values(processes)) {
      const { ok } = await fetch(`http://${pod.status?.podIP ?? ''}:${statusPort}/healthz`);
      expect(ok).toBe(true);
    }
    const now = await node.pod('kars-bomb', () => true);
    const sidecars = (now.status?.initContainerStatuses ?? []).filter(({ name }) => name in processes); // prettier-ignore
    expect(sidecars.map(({ ready, restartCount }) => ({ ready, restartCount }))).toEqual([
      { ready: true, restartCount: 0 },
      { ready: true, restartCount: 0 },
    ]);
  });
});
