import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from './servers.ts';

/** A parent proxy on loopback, with the heads of the requests that it got. */
export interface TestParent {
  readonly port: number;
  readonly asked: readonly string[];
}

/** A server that takes each connection, on loopback until the test ends. */
export async function serverOf(take: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    onTestFinished(() => void socket.destroy());
    take(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return portOf(server);
}

/** A parent proxy that answers each CONNECT with these bytes, and notes what it was asked. */
export async function saying(answer: string | undefined): Promise<TestParent> {
  const asked: string[] = [];
  const port = await serverOf((socket) =>
    socket.once('data', (head: Buffer) => {
      asked.push(head.toString('latin1'));
      if (answer !== undefined) socket.write(answer, 'latin1');
    }),
  );
  return { port, asked };
}

/** A parent proxy that lets everything through to one port of this machine. */
export async function leadingTo(target: number): Promise<TestParent> {
  const asked: string[] = [];
  const port = await serverOf((socket) =>
    socket.once('data', (head: Buffer) => {
      asked.push(head.toString('latin1'));
      const host = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      host.on('error', () => host.destroy());
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(host).pipe(socket);
    }),
  );
  return { port, asked };
}
