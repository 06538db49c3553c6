import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Size } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentResources, AgentRuntime, KarsPlatform, type KarsSandboxProps } from 'kars-constructs';
import { contentDigest } from '../../../lib/contract/canonical.ts';
import { synthesize } from 'kars-constructs/testing';
import { strictProfile } from '../../../lib/sandbox/seccomp/localhost-profile.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { ctr } from '../node/ctr.ts';
import { paths } from '../node/paths.ts';
import { isReady, podsIn } from '../node/pods.ts';
import { installProfile, profileFile, removeProfiles } from '../node/profile.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';

const PROFILES = 'kars-node-profiles';
const used = useNode();
const probe = readFileSync(new URL('../../kernel/seccomp/probe.py', import.meta.url), 'utf8');

/** An agent with an abstract socket of its own. */
const listener = `
import signal, socket
own = socket.socket(socket.AF_UNIX)
own.bind("\\0of-the-agent")
own.listen()
signal.pause()`;

const platform = (): readonly ApplicableObject[] =>
  synthesize(
    (app) =>
      new KarsPlatform(app, 'platform', {
        admission: 'none',
        images: used.images,
        kubeletDirectory: paths.kubeletRoot,
      }),
  ).objects.filter(({ metadata }) => [metadata.namespace, metadata.name].includes(PROFILES));

const sandbox = (name: string, props: Partial<KarsSandboxProps> = {}): ApplicableObject[] => {
  const command = ['/usr/bin/python3', '-c', listener];
  const agent = AgentRuntime.container({ image: AGENT_IMAGE, command });
  const resources = new AgentResources({
    cpu: { request: 0.1, limit: 1 },
    memory: { request: Size.mebibytes(64), limit: Size.mebibytes(512) },
  });
  const app = synthesize((scope) =>
    sandboxIn(agentsChart(scope, 'chart', used.images), { agent, resources, ...props }, name),
  );
  return structuredClone([...app.objects]);
};

/** The same sandbox with a program of the test in the container of its router. */
function withProbeAsRouter(
  name: string,
  props: Partial<KarsSandboxProps> = {},
): ApplicableObject[] {
  const objects = sandbox(name, props);
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
  const router = deployment.spec?.template.spec?.initContainers?.find(
    (one) => one.name === 'router',
  );
  if (router === undefined) throw new Error('there is no router');
  const calls = Object.fromEntries(
    Object.entries({ io_uring_setup: [425, 1, 0], 'netlink for netfilter': [41, 16, 3, 12] }).map(
      ([call, numbers]) => [call, { kind: 'plain', numbers }],
    ),
  );
  router.image = AGENT_IMAGE;
  router.command = ['/usr/bin/python3', '-c', `${probe}\nimport time; time.sleep(600)`];
  router.args = [JSON.stringify(calls)];
  router.env = [{ name: 'PYTHONUNBUFFERED', value: '1' }];
  return objects;
}

describe('the seccomp profile of the platform on a real node', () => {
  const { path, digest } = strictProfile();
  const older = join(dirname(profileFile()), 'kars-strict-000000000000.json');

  beforeAll(async () => {
    removeProfiles();
    await used.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
  });
  afterAll(() => {
    removeProfiles();
    installProfile();
  });

  const statusesOf = ({ status }: Pod): ContainerStatus[] => [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ];

  /** A file about the first process of a container, from outside of it. */
  async function processFile(pod: Pod, container: string, name: string): Promise<string> {
    const { containerID = '' } = statusesOf(pod).find(({ name }) => name === container) ?? {};
    const { stdout } = await ctr(['tasks', 'ls']);
    const id = containerID.replace('containerd://', '');
    const pid =
      stdout
        .split('\n')
        .find((line) => line.startsWith(id))
        ?.split(/\s+/)[1] ?? '';
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  }

  async function filtersOf(pod: Pod, container: string): Promise<readonly string[]> {
    const status = await processFile(pod, container, 'status');
    return ['Seccomp', 'Seccomp_filters'].map(
      (field) => new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '',
    );
  }

  async function probeOf(name: string): Promise<unknown> {
    const namespace = `kars-${name}`;
    const runs = ({ state, name: container }: ContainerStatus): boolean =>
      container === 'router' && state?.running !== undefined;
    const pod = await used.pod(namespace, (one) => statusesOf(one).some(runs));
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const line = (await used.logs(pod, 'router')).split('\n').find((text) => text.startsWith('{')); // prettier-ignore
      if (line !== undefined) return JSON.parse(line);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(await used.logs(pod, 'router'));
  }

  it('is missing at first, and the pod of a sandbox says so instead of starting', async () => {
    await used.apply(sandbox('early'));
    const isHeld = (pod: Pod): boolean =>
      statusesOf(pod).some(({ state }) => state?.waiting?.reason === 'CreateContainerError');
    const pod = await used.pod('kars-early', isHeld);
    const waiting = statusesOf(pod).find(({ name }) => name === 'egress-proxy')?.state?.waiting;
    expect(waiting?.message).toContain('cannot load seccomp profile');
    expect(waiting?.message).toContain(path);
    expect(statusesOf(pod).find(({ name }) => name === 'agent')?.state?.running).toBeUndefined();
    const { body } = await used.admin.call('GET', '/api/v1/namespaces/kars-early/events');
    expect(JSON.stringify(body)).toContain(path);
  });

  it('is put there by the platform, beside the files of other releases', async () => {
    mkdirSync(dirname(older), { recursive: true });
    writeFileSync(older, '{}');
    writeFileSync(profileFile(), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    await used.apply(platform());
    await used.pod(PROFILES, isReady);
    expect(contentDigest(readFileSync(profileFile(), 'utf8'))).toBe(digest);
    expect(existsSync(older)).toBe(true);
  });

  it('lets the waiting pod start, whose sidecars and agent run under it', async () => {
    const pod = await used.pod('kars-early', isReady);
    const names = ['router', 'egress-proxy', 'agent'];
    // The launcher has added its own to that of the agent.
    expect(await Promise.all(names.map((name) => filtersOf(pod, name)))).toEqual([
      ['2', '1'],
      ['2', '1'],
      ['2', '2'],
    ]);
  });

  it('leaves sidecars that own no abstract socket, since Landlock keeps the agent from none before ABI 6', async () => {
    const pod = await used.pod('kars-early', isReady);
    // The list is that of the network of the pod, and the agent's own shows that it is read.
    const lists = ['router', 'egress-proxy'].map((name) => processFile(pod, name, 'net/unix'));
    for (const list of await Promise.all(lists)) {
      const names = list.split('\n').flatMap((line) => /@.*$/.exec(line)?.[0] ?? []);
      expect(names).toEqual(['@of-the-agent']);
    }
  });

  it('refuses in the container of a sidecar what the profile of the runtime lets through', async () => {
    await used.apply(withProbeAsRouter('probed'));
    expect(await probeOf('probed')).toEqual({
      io_uring_setup: 'ENOSYS',
      'netlink for netfilter': 'EPERM',
    });
    // Control: the same container under the profile of the runtime.
    await used.apply(withProbeAsRouter('default', { seccompProfile: 'RuntimeDefault' }));
    expect(await probeOf('default')).toEqual({
      io_uring_setup: 'EFAULT',
      'netlink for netfilter': 'passed',
    });
  });

  it('is found missing by the platform when it goes away', async () => {
    rmSync(profileFile());
    const isUnready = (pod: Pod): boolean => !isReady(pod);
    await used.pod(PROFILES, isUnready);
    const [pod] = await podsIn(used.admin, PROFILES);
    const { body } = await used.admin.call('GET', `/api/v1/namespaces/${PROFILES}/events`);
    expect(pod?.metadata?.name).toContain('seccomp-profile');
    expect(JSON.stringify(body)).toContain('KARS_PROFILE_MISSING');
  });
});
