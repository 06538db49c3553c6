import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Client } from '../client.ts';
import { bytesOf } from './exec.ts';

/** A port of a pod that is reached through a port of this machine. */
export interface Forward extends AsyncDisposable {
  /** Port on 127.0.0.1. */
  readonly port: number;
}

/** Channels of the first port; each begins with a message that repeats the port. */
const DATA = 0;

/** Forwards a port of this machine to a port on the loopback of a pod, as `kubectl port-forward` does. */
export async function forwardTo(admin: Client, pod: Pod, port: number): Promise<Forward> {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`;
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    relay(admin, path, socket).catch((error: unknown) => socket.destroy(error as Error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function relay(admin: Client, path: string, socket: Socket): Promise<void> {
  const greeted = new Set<number>();
  const stream = await admin.stream(path, 'v4.channel.k8s.io', (connection) => {
    connection.on('close', () => socket.end());
    connection.on('message', (message) => {
      const bytes = bytesOf(message);
      const channel = bytes[0] ?? DATA;
      if (!greeted.has(channel)) greeted.add(channel);
      else if (channel === DATA) socket.write(bytes.subarray(1));
      // The other channel says why the port cannot be reached.
      else socket.destroy(new Error(bytes.toString('utf8', 1)));
    });
  });
  socket.once('close', () => stream.close());
  socket.on('data', (data) => stream.send(Buffer.concat([Buffer.of(DATA), data])));
  socket.resume();
}
