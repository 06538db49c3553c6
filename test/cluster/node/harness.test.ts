import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { PersistentVolume, Pod } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { clean } from './clean.ts';
import { paths } from './paths.ts';
import { isReady, podsIn } from './pods.ts';
import { AGENT_IMAGE } from './test-images.ts';
import { useNode } from './use-node.ts';

const echo = `
import socket
with socket.create_server(("127.0.0.1", 7001)) as server:
    print("serving", flush=True)
    while True:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"echo " + connection.recv(64))
`;

describe('the node of the tier', () => {
  const node = useNode();

  const start = async (namespace: string, more: Partial<Pod['spec']> = {}): Promise<Pod> => {
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      podIn(namespace, more),
    ]);
    return node.pod(namespace, isReady);
  };

  it('gives a pod one address of each family', async () => {
    const { status } = await start('dual');
    expect(status?.podIPs).toEqual([
      { ip: expect.stringMatching(/^10\.244\.0\.\d+$/) as string },
      { ip: expect.stringMatching(/^fd00:244::/) as string },
    ]);
  });

  it('keeps a quarter of the machine from all pods together', () => {
    const [legacy, unified] = ['memory/kubepods/memory.limit_in_bytes', 'kubepods/memory.max'].map(
      (file) => join('/sys/fs/cgroup', file),
    );
    const file = [legacy, unified].find((path) => path !== undefined && existsSync(path)) ?? '';
    expect(Number(readFileSync(file, 'utf8'))).toBeLessThanOrEqual(totalmem() * 0.75);
  });

  it('runs a command in a container', async () => {
    const pod = await start('exec');
    const script = 'echo out; echo err >&2; exit 3';
    expect(await node.exec(pod, 'one', ['sh', '-c', script])).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await node.exec(pod, 'one', ['true'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('says why a command does not run', async () => {
    const pod = await start('exec');
    await expect(node.exec(pod, 'one', ['/nowhere'])).rejects.toThrow('no such file or directory');
    await expect(node.exec(pod, 'two', ['true'])).rejects.toThrow('container two is not valid');
  });

  it('forwards a port to the loopback of a pod, and reads logs', async () => {
    const pod = await start('forward');
    expect(await node.logs(pod, 'one')).toBe('serving\n');
    await using forward = await node.forward(pod, 7001);
    expect(await answerOf(forward.port, 'one')).toBe('echo one');
    expect(await answerOf(forward.port, 'two')).toBe('echo two');
    await using closed = await node.forward(pod, 7002);
    expect(await answerOf(closed.port, 'one')).toBe('');
  });

  it('gives volumes again, empty, when a test file is over', async () => {
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'claims' } },
      claimIn('claims'),
    ]);
    await start('claims', {
      containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      securityContext: { fsGroup: 2000 },
    });
    const [pod] = await podsIn(node.admin, 'claims');
    await node.exec(pod ?? {}, 'one', ['touch', '/data/used']);
    const { body } = await node.admin.get(claimIn('claims'));
    const { volumeName } = (body as { spec: { volumeName: string } }).spec;
    const directory = join(paths.volumes, volumeName);
    expect(readdirSync(directory)).toEqual(['used']);
    await clean(node.admin);
    expect(readdirSync(directory)).toEqual([]);
    const volume = await node.admin.call('GET', `/api/v1/persistentvolumes/${volumeName}`);
    expect((volume.body as PersistentVolume).status?.phase).not.toBe('Released');
    expect((await node.admin.get(claimIn('claims'))).status).toBe(404);
  });
});

const container = {
  name: 'one',
  image: AGENT_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['python3', '-c', echo],
};

const podIn = (namespace: string, more: Partial<Pod['spec']>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace },
  spec: { containers: [container], ...more },
});

const claimIn = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace },
  spec: { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1Gi' } } },
});

/** What a server on this machine answers, `''` when it closes the connection. */
function answerOf(port: number, question: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(question));
    socket.on('data', (data) => (text += String(data)));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });
}
