import type { Pod } from 'kubernetes-types/core/v1.js';
import { request } from 'undici';
import { beforeAll, describe, expect, it } from 'vitest';
import { AgentRuntime, Egress, type KarsImages } from 'kars-constructs';
import { processes, projection, statusPaths, type Reader } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import type { PolicyStatus } from '../../../runtime/policy/policy-status.ts';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { smallResources } from '../sandbox/agents.ts';

const NAMESPACE = 'kars-changing';
const SWITCHES = 20;
const readers = Object.keys(processes) as Reader[];

/** All objects of the sandbox with one model and one host. */
function objectsFor(images: KarsImages, model: string, host: string): readonly ApplicableObject[] {
  const command = ['/bin/sleep', 'infinity'];
  const agent = AgentRuntime.container({ image: AGENT_IMAGE, command });
  const app = synthesize((scope) => {
    const chart = agentsChart(scope, 'chart', images);
    const inferencePolicy = inferencePolicyIn(chart, { models: [model] });
    const egress = [Egress.https(host)];
    return sandboxIn(
      chart,
      { agent, resources: smallResources, inferencePolicy, egress },
      'changing',
    );
  });
  return app.objects;
}

const isDocument = ({ kind, metadata: { name } }: ApplicableObject): boolean =>
  kind === 'ConfigMap' && Object.values(projection).some(({ configMap }) => configMap === name);

const isSet = ({ metadata: { name } }: ApplicableObject): boolean =>
  name === projection.set.configMap;

describe('a document set on a node', () => {
  const node = useNode();
  let sets: readonly ApplicableObject[][] = [];
  let pod: Pod;

  beforeAll(async () => {
    const first = objectsFor(node.images, 'small', 'a.example');
    const second = objectsFor(node.images, 'large', 'b.example');
    sets = [first, second].map((all) => all.filter(isDocument));
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      ...first,
    ]);
    pod = await node.pod(NAMESPACE, isReady);
  });

  const statusOf = async (reader: Reader): Promise<PolicyStatus> => {
    const port = processes[reader].statusPort;
    const url = `http://${pod.status?.podIP ?? ''}:${port}${statusPaths.policyStatus}`;
    return (await (await request(url)).body.json()) as PolicyStatus;
  };

  /** The digests of the set and of its members, which must be of one synthesis. */
  const inForce = async (reader: Reader): Promise<string> => {
    const { set, entries } = await statusOf(reader);
    return [reader, set.digest, ...entries.map(({ digest }) => digest)].join(' ');
  };

  /** An annotation of the pod that changes makes the kubelet look at its volumes at once. */
  const sync = async (): Promise<void> => {
    const annotations = { 'test/synced': String(Math.random()) };
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod.metadata?.name ?? ''}`;
    const type = 'application/merge-patch+json';
    const { ok, message } = await node.admin.call('PATCH', path, { metadata: { annotations } }, type); // prettier-ignore
    if (!ok) throw new Error(message);
  };

  it('takes effect as a whole or not at all, without a restart', async () => {
    const [first = [], second = []] = sets;
    const whole = new Set<string>();
    for (const set of [second, first]) {
      const before = await Promise.all(readers.map(inForce));
      for (const one of before) whole.add(one);
      await node.apply(set);
      await sync();
      for (const [index, reader] of readers.entries()) {
        await expect.poll(() => inForce(reader), { timeout: 90_000 }).not.toBe(before[index]);
      }
    }
    const seen = new Set<string>();
    const watching = { on: true };
    const watch = (async () => {
      while (watching.on) for (const reader of readers) seen.add(await inForce(reader));
    })();
    for (let turn = 1; turn <= SWITCHES; turn += 1) {
      const set = sets[turn % 2] ?? [];
      const before = await inForce('router');
      // The set document first, or last: either way a mixture is on disk for a while.
      const parts = [set.filter(isSet), set.filter((one) => !isSet(one))];
      for (const part of turn % 4 < 2 ? parts : parts.toReversed()) {
        await node.apply(part);
        await sync();
      }
      await expect.poll(() => inForce('router'), { timeout: 90_000 }).not.toBe(before);
    }
    watching.on = false;
    await watch;
    expect([...seen].filter((one) => !whole.has(one))).toEqual([]);
    expect(seen.size).toBe(2 * readers.length);
    const now = await node.pod(NAMESPACE, isReady);
    expect(now.metadata?.uid).toBe(pod.metadata?.uid);
    const statuses = [...(now.status?.initContainerStatuses ?? []), ...(now.status?.containerStatuses ?? [])]; // prettier-ignore
    expect(statuses.map(({ restartCount }) => restartCount)).toEqual(statuses.map(() => 0));
  });

  it('that is mixed is refused, and the last good one stays (negative control)', async () => {
    const [first = [], second = []] = sets;
    await node.apply(first);
    const before = await Promise.all(readers.map(inForce));
    await node.apply(second.filter(isSet));
    await sync();
    for (const [index, reader] of readers.entries()) {
      await expect
        .poll(async () => (await statusOf(reader)).set.last_error, { timeout: 90_000 })
        .toContain('KARS_DOCUMENT_DIGEST');
      expect(await inForce(reader)).toBe(before[index]);
      expect(await node.logs(pod, reader)).toMatch(
        /"event":"documents-refused","error":"\[KARS_DOCUMENT_DIGEST\]/,
      );
    }
  });
});
