import { beforeAll, describe, expect, it } from 'vitest';
import { AgentRuntime, type KarsImages } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import type { SandboxReport } from '../../../runtime/cli/cluster/sandbox-status.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { PAUSE_IMAGE } from '../node/containerd.ts';
import { isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { smallResources } from '../sandbox/agents.ts';
import { badInputs, SynthesizedObjects, type BadInput } from './cases.ts';
import { kars } from '../../support/kars.ts';
import { hasAgentStarted, shownIn } from './shown.ts';
import { makeStatusReader } from './status-reader.ts';
import { addBadVolumes } from './volumes.ts';

const sleep = ['/bin/sleep', 'infinity'];

function objectsOf(
  images: KarsImages,
  { name, props, command = sleep }: Pick<BadInput, 'name' | 'props' | 'command'>,
) {
  const agent = AgentRuntime.container({ image: AGENT_IMAGE, command });
  const app = synthesize((scope) =>
    sandboxIn(
      agentsChart(scope, 'chart', images),
      { agent, resources: smallResources, ...props },
      name,
    ),
  );
  const objects = new SynthesizedObjects(app.objects);
  objects.needLittle();
  return objects;
}

describe('a sandbox on a node', () => {
  const node = useNode();
  let kubeconfig = '';

  const status = (name: string, ...more: string[]) =>
    kars(['status', name, '--kubeconfig', kubeconfig, ...more]);

  beforeAll(async () => {
    kubeconfig = await makeStatusReader(node.node);
    await addBadVolumes(node.admin);
    await node.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
    for (const bad of badInputs) {
      const objects = objectsOf(node.images, bad);
      bad.spoil?.(objects);
      await node.apply(objects.objects);
    }
  });

  it.each(badInputs)('with $what starts no agent, and says so', async ({ name, place, says }) => {
    const namespace = `kars-${name}`;
    await expect
      .poll(() => shownIn(place, node.admin, namespace), { timeout: 90_000, interval: 500 })
      .toMatch(says);
    await expect
      .poll(() => status(name), { timeout: 60_000, interval: 1000 })
      .toMatchObject({ code: 1, stdout: expect.stringMatching(says) as string });
    expect(await hasAgentStarted(node.admin, namespace)).toBe(false);
  });

  it('with nothing wrong starts its agent (negative control)', async () => {
    await node.apply(objectsOf(node.images, { name: 'good' }).objects);
    await node.pod('kars-good', isReady);
    expect(await hasAgentStarted(node.admin, 'kars-good')).toBe(true);
    const { code, stdout } = await status('kars-good/good', '--json');
    const report = JSON.parse(stdout) as SandboxReport;
    expect([code, report.why, report.phase]).toEqual([0, [], 'Running']);
    expect(report.containers.map(({ name, state, why }) => [name, state, why])).toEqual([
      ['egress-guard', 'ended with 0', []],
      ['egress-proxy', 'running', []],
      ['router', 'running', []],
      ['agent', 'running', []],
    ]);
    const [first, second] = report.containers.flatMap(({ set }) => (set === '' ? [] : [set]));
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(second).toBe(first);
  });

  it('starts an agent whose image has no /etc/passwd and no shell', async () => {
    const agent = AgentRuntime.container({ image: PAUSE_IMAGE, command: ['/pause'] });
    await node.apply(objectsOf(node.images, { name: 'bare-image', props: { agent } }).objects);
    await node.pod('kars-bare-image', isReady);
  });

  it('that there is not has no status', async () => {
    expect(await status('nobody')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('there is no pod of nobody in kars-nobody') as string,
    });
  });
});
