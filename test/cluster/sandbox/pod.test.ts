import { connect } from 'node:net';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { AgentRuntime, Inbound } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { neighbourPod, script, smallResources } from './agents.ts';

const PORT = 7000;

/** What the attempts of `agent.py` came to, by name. */
type Report = Readonly<Record<string, unknown>>;

describe('a sandbox on a real node', () => {
  const node = useNode();
  let neighbour: readonly string[] = [];

  beforeAll(async () => {
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      neighbourPod(PORT),
    ]);
    const pod = await node.pod('default', isReady);
    neighbour = (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? '');
  });

  const sandboxObjects = (name: string): readonly ApplicableObject[] => {
    const [v4 = '', v6 = ''] = neighbour;
    const command = ['/usr/bin/python3', '-c', script('agent.py'), v4, v6, String(PORT)];
    const app = synthesize((scope) =>
      sandboxIn(
        agentsChart(scope, 'chart', node.images),
        {
          agent: AgentRuntime.container({ image: AGENT_IMAGE, command }),
          inbound: [Inbound.fromNamespace('apps', { port: 8080 })],
          resources: smallResources,
        },
        name,
      ),
    );
    return app.objects;
  };

  const reportOf = async (namespace: string): Promise<Report> => {
    const pod = await node.pod(namespace, isReady);
    return firstJsonLine(node.admin, pod, 'agent');
  };

  it('holds a hijacked agent, and lets an ordinary one work', async () => {
    await node.apply(sandboxObjects('held'));
    expect(await reportOf('kars-held')).toEqual({ ...held, ...work });
    const pod = await node.pod('kars-held', isReady);
    const address = pod.status?.podIP ?? '';
    expect(await greetingOf(address, 8080)).toBe('agent');
    expect(await greetingOf(address, 8081)).toBe('ECONNREFUSED');
  });

  it('does not hold it without guard, launcher and security context (negative control)', async () => {
    const objects = structuredClone(sandboxObjects('bare'));
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
    weaken(deployment.spec?.template.spec);
    await node.apply(objects);
    expect(await reportOf('kars-bare')).toMatchObject({
      token: expect.stringMatching(/^read ./) as string,
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
    // The proxy decides in place of the neighbour.
    'node tcp': 'Connection reset by peer',
    'node tcp ipv6': 'Connection reset by peer',
    'node udp': 'Operation not permitted',
    'node udp ipv6': 'Operation not permitted',
    metadata: expect.stringMatching(
      /^HTTP\/1\.1 403 Forbidden, KARS_EGRESS_ADDRESS_FORBIDDEN: /,
    ) as string,
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

/** Takes away guard, launcher and every restriction of the agent, and gives it a token. */
function weaken(pod: PodSpec | undefined): void {
  const agent = pod?.containers[0];
  if (pod === undefined || agent === undefined) throw new Error('there is no agent');
  pod.initContainers?.shift();
  agent.command = (agent.command ?? []).slice((agent.command ?? []).indexOf('--') + 1);
  agent.securityContext = { runAsUser: 0, runAsNonRoot: false, privileged: true };
  pod.volumes?.push({
    name: 'token',
    projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
  });
  agent.volumeMounts?.push({
    name: 'token',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  });
}
