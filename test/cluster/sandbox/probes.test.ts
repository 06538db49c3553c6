import type { Pod } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { Inbound } from 'kars-constructs';
import type { SynthesizedApp } from 'kars-constructs/testing';
import { containerOf } from '../../support/pod.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { probedAgent, sandbox } from './work.ts';

describe('the probes and hooks of an agent on a real node', () => {
  const node = useNode();

  beforeAll(async () => {
    await node.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
  });

  async function probeReport(
    name: string,
    change: (app: SynthesizedApp) => void,
  ): Promise<unknown> {
    const app = sandbox(name, {
      agent: probedAgent,
      inbound: [Inbound.fromNamespace('apps', { port: 8080 })],
    });
    change(app);
    await node.apply(app.objects);
    const wasRestarted = (pod: Pod): boolean =>
      isReady(pod) && (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
    return firstJsonLine(node.admin, await node.pod(`kars-${name}`, wasRestarted), 'agent');
  }

  it('holds probes and hooks as it holds the agent, and restarts an agent that is not healthy', async () => {
    expect(await probeReport('probed', () => undefined)).toEqual({
      probe: {
        uid: 1000,
        'write mqueue': 'Permission denied',
        'signal agent': 'Operation not permitted',
        variables: [],
      },
      'hook umask': '0077',
    });
  });

  it('does not hold them without the launcher (negative control)', async () => {
    const report = await probeReport('unheld', (app) => {
      const { livenessProbe, lifecycle } = containerOf(app, 'agent');
      for (const exec of [livenessProbe?.exec, lifecycle?.postStart?.exec]) {
        const command = exec?.command ?? [];
        command.splice(0, command.indexOf('--') + 1);
      }
    });
    expect(report).toEqual({
      probe: {
        uid: 1000,
        'write mqueue': 'allowed',
        'signal agent': 'allowed',
        variables: [expect.stringContaining('KUBERNETES_') as string],
      },
      'hook umask': '0022',
    });
  });
});
