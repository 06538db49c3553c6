import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import { ctr } from '../node/ctr.ts';
import type { Node } from '../node/node.ts';
import { paths } from '../node/paths.ts';
import { podsIn } from '../node/pods.ts';

/** What happens to a sandbox, and how one sees that it has. */
export interface Disruption {
  readonly what: string;
  readonly happen: (node: Node, pod: Pod) => Promise<void>;
  /** Whether the disruption has passed, by the pod before it and one of now. */
  readonly passed: (before: Pod, now: Pod) => boolean;
}

const uid = ({ metadata }: Pod): string => metadata?.uid ?? '';

const replaced: Disruption['passed'] = (before, now) => uid(now) !== uid(before);

const undisturbed: Disruption['passed'] = (before, now) =>
  uid(now) === uid(before) &&
  statuses(before).every(({ name, restartCount }) => restartsOf(now, name) === restartCount);

const programs = ['egress-proxy', 'router', 'agent'];

/** The containers have started again in the pod that there was, and only they. */
const restarted =
  (...names: readonly string[]): Disruption['passed'] =>
  (before, now) =>
    uid(now) === uid(before) &&
    programs.every((name) => {
      const risen = restartsOf(now, name) > restartsOf(before, name);
      return risen === names.includes(name);
    });

/** All that a sandbox has to survive without losing a record. */
export const disruptions: readonly Disruption[] = [
  {
    what: 'an eviction through the API',
    happen: (node, pod) => evict(node, pod),
    passed: replaced,
  },
  {
    // An agent can force it, as here, by filling its volume.
    what: 'an eviction by the kubelet',
    happen: async (_node: Node, pod: Pod): Promise<void> => {
      const volumes = join(paths.kubeletRoot, 'pods', uid(pod), 'volumes');
      const file = join(volumes, 'kubernetes.io~empty-dir', 'workspace', 'ballast');
      must('fallocate', '--length', '1200M', file);
      await Promise.resolve();
    },
    passed: replaced,
  },
  {
    what: 'a deletion by force',
    happen: (node, pod) => remove(node, pod, 0),
    passed: replaced,
  },
  { what: 'a rollout', happen: (node, pod) => rollOut(node, pod), passed: replaced },
  {
    what: 'the death of the router',
    happen: (_node, pod) => killContainers(pod, ['router']),
    passed: restarted('router'),
  },
  {
    what: 'the death of the egress proxy',
    happen: (_node, pod) => killContainers(pod, ['egress-proxy']),
    passed: restarted('egress-proxy'),
  },
  {
    what: 'the death of all containers',
    happen: (_node, pod) => killContainers(pod, ['agent', 'router', 'egress-proxy']),
    passed: restarted('agent', 'router', 'egress-proxy'),
  },
  {
    // It holds the namespaces of the pod, and so the packet rules.
    what: 'the death of the pause container',
    happen: (_node, pod) => killSandbox(pod),
    passed: (before, now) =>
      uid(now) === uid(before) &&
      // The kubelet counts the restarts of sidecars anew in new namespaces.
      ['egress-guard', ...programs].every((name) => idOf(now, name) !== idOf(before, name)),
  },
  {
    what: 'a restart of the kubelet',
    happen: (node) => node.restartKubelet(),
    passed: undisturbed,
  },
  {
    what: 'a restart of containerd',
    happen: (node) => node.restartContainerd(),
    passed: undisturbed,
  },
];

/** Ends the processes of containers as the kernel would when memory runs out. */
export async function killContainers(pod: Pod, names: readonly string[]): Promise<void> {
  await kill(names.map((name) => idOf(pod, name)));
}

async function killSandbox(pod: Pod): Promise<void> {
  const filter = `labels."io.kubernetes.pod.uid"==${uid(pod)},labels."io.cri-containerd.kind"==sandbox`;
  const { stdout } = await ctr(['containers', 'list', '--quiet', filter]);
  await kill(stdout.trim().split('\n'));
}

async function kill(ids: readonly string[]): Promise<void> {
  for (const pid of await processesOf(ids)) process.kill(pid, 'SIGKILL');
}

/** The first process of a container of a pod, on this machine. */
export async function processOf(pod: Pod, container: string): Promise<number> {
  const [pid = 0] = await processesOf([idOf(pod, container)]);
  return pid;
}

async function processesOf(ids: readonly string[]): Promise<number[]> {
  const { stdout } = await ctr(['tasks', 'list']);
  const tasks = new Map(
    stdout.split('\n').map((line): [string, number] => {
      const [id = '', pid] = line.split(/\s+/);
      return [id, Number(pid)];
    }),
  );
  return ids.map((id) => {
    const pid = tasks.get(id);
    if (pid === undefined) throw new Error(`the container ${id} does not run`);
    return pid;
  });
}

async function evict({ admin }: Node, { metadata = {} }: Pod): Promise<void> {
  const { name = '', namespace = '' } = metadata;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const { ok, message } = await admin.call('POST', path, eviction);
  if (!ok) throw new Error(message);
}

async function remove({ admin }: Node, { metadata = {} }: Pod, seconds: number): Promise<void> {
  const path = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name ?? ''}`;
  const { ok, message } = await admin.call('DELETE', path, { gracePeriodSeconds: seconds });
  if (!ok) throw new Error(message);
}

async function rollOut(node: Node, { metadata = {} }: Pod): Promise<void> {
  const { admin } = node;
  const namespace = metadata.namespace ?? '';
  // Beside the rest of an eviction the controller overlooks that the last pod has gone, and waits for ten minutes.
  const ended = (await podsIn(admin, namespace)).filter(({ status }) => status?.phase !== 'Running'); // prettier-ignore
  for (const pod of ended) await remove(node, pod, 0);
  const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const { body } = await admin.call('GET', base);
  const [deployment] = (body as { items: { metadata: { name: string } }[] }).items;
  const annotations = { 'test/rolled-out': new Date().toISOString() };
  const patch = { spec: { template: { metadata: { annotations } } } };
  const type = 'application/merge-patch+json';
  const path = `${base}/${deployment?.metadata.name ?? ''}`;
  const { ok, message } = await admin.call('PATCH', path, patch, type);
  if (!ok) throw new Error(message);
}

function must(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

const statuses = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

const restartsOf = (pod: Pod, container: string): number =>
  statuses(pod).find(({ name }) => name === container)?.restartCount ?? 0;

/** The container as containerd calls it. */
const idOf = (pod: Pod, container: string): string =>
  (statuses(pod).find(({ name }) => name === container)?.containerID ?? '').replace(
    'containerd://',
    '',
  );
