import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentResources, AgentRuntime, Inbound } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { startNode, type Node } from '../node/node.ts';
import { applyAll, isReady, logsOf, waitForPod } from '../node/pods.ts';
import { AGENT_IMAGE, writeSandboxImages } from '../node/test-images.ts';
import { serveKinds } from '../with-crds.ts';

const PORT = 7000;

const script = (name: string): string =>
  readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');

const small = new AgentResources({
  cpu: { request: 0.1, limit: 2 },
  memory: { request: Size.mebibytes(128), limit: Size.gibibytes(1) },
});

/** What the attempts of `agent.py` came to, by name. */
type Report = Readonly<Record<string, unknown>>;

describe('a sandbox on a real node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kars-images-'));
  let node: Node;
  let neighbour: readonly string[] = [];

  beforeAll(async () => {
    node = await startNode({ images: [await writeSandboxImages(directory)] });
    await serveKinds(node.admin);
    await applyAll(node.admin, [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      neighbourPod,
    ]);
    const pod = await waitForPod(node.admin, 'default', isReady);
    neighbour = (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? '');
  });

  afterAll(async () => {
    await (node as Node | undefined)?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const sandboxObjects = (name: string): readonly ApplicableObject[] => {
    const [v4 = '', v6 = ''] = neighbour;
    const command = ['/usr/bin/python3', '-c', script('agent.py'), v4, v6, String(PORT)];
    const app = synthesize((scope) =>
      sandboxIn(
        agentsChart(scope),
        {
          agent: AgentRuntime.container({ image: AGENT_IMAGE, command }),
          inbound: [Inbound.fromNamespace('apps', { port: 8080 })],
          resources: small,
        },
        name,
      ),
    );
    return app.objects;
  };

  const reportOf = async (namespace: string): Promise<Report> => {
    const pod = await waitForPod(node.admin, namespace, isReady);
    return JSON.parse(await firstLine(pod)) as Report;
  };

  const firstLine = async (pod: Pod): Promise<string> => {
    for (let attempt = 0; attempt < 150; attempt += 1) {
      const log = await logsOf(node.admin, pod, 'agent');
      const line = log.split('\n').find((text) => text.startsWith('{"uid"'));
      if (line !== undefined) return line;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the agent reported nothing:\n${await logsOf(node.admin, pod, 'agent')}`);
  };

  it('holds a hijacked agent, and lets an ordinary one work', async () => {
    await applyAll(node.admin, sandboxObjects('held'));
    expect(await reportOf('kars-held')).toEqual({ ...held, ...work });
    const pod = await waitForPod(node.admin, 'kars-held', isReady);
    const address = pod.status?.podIP ?? '';
    expect(await greetingOf(address, 8080)).toBe('agent');
    expect(await greetingOf(address, 8081)).toBe('ECONNREFUSED');
  });

  it('does not hold it without guard, launcher and security context (negative control)', async () => {
    const objects = structuredClone(sandboxObjects('bare'));
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
    weaken(deployment.spec?.template.spec);
    await applyAll(node.admin, objects);
    expect(await reportOf('kars-bare')).toMatchObject({
      'node tcp': 'HTTP/1.1 299 neighbour',
      'node tcp ipv6': 'HTTP/1.1 299 neighbour',
      'node udp': 'neighbour',
      'node udp ipv6': 'neighbour',
      'write dev': 'written',
      'write root': 'written',
      'unshare user': 'allowed',
      ptrace: 'No such process',
      'router health': expect.stringContaining('HTTP/1.1') as string,
      ...work,
    });
  });

  const held = {
    uid: 1000,
    variables: [],
    token: 'No such file or directory',
    // The proxy answers in place of the neighbour: this is no request that it takes.
    'node tcp': 'HTTP/1.1 400 Bad Request',
    // The redirected connection finds nobody: the proxy serves IPv4 loopback.
    'node tcp ipv6': 'Connection refused',
    'node udp': 'Operation not permitted',
    'node udp ipv6': 'Operation not permitted',
    metadata: 'HTTP/1.1 400 Bad Request',
    'router health': 'Connection refused',
    proxy: '403 KARS_EGRESS_NOT_ALLOWED',
    'write root': 'Permission denied',
    'write dev': 'Permission denied',
    'write launcher': 'Read-only file system',
    state: 'No such file or directory',
    ptrace: 'Operation not permitted',
    bpf: 'Operation not permitted',
    io_uring: 'Function not implemented',
    vsock: 'Operation not permitted',
    'unshare user': 'unshare: unshare failed: Operation not permitted',
  };

  const work = {
    models: 200,
    'write workspace': 'written',
    'write tmp': 'written',
    thread: 'ran',
    shell: 'b',
    node: 'true',
    git: '0',
  };
});

/** What a server says to a connection from outside the pod, or the code of the error. */
function greetingOf(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 });
    socket.once('data', (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('silence')));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}

/** Takes away guard, launcher and every restriction of the agent. */
function weaken(pod: PodSpec | undefined): void {
  const agent = pod?.containers[0];
  if (pod === undefined || agent === undefined) throw new Error('there is no agent');
  pod.initContainers?.shift();
  agent.command = (agent.command ?? []).slice((agent.command ?? []).indexOf('--') + 1);
  agent.securityContext = { runAsUser: 0, runAsNonRoot: false, privileged: true };
}

const neighbourPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'neighbour', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'neighbour',
        image: AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/bin/python3', '-c', script('neighbour.py'), String(PORT)],
      },
    ],
  },
};
