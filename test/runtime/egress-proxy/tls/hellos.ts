import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { portOf } from '../../../support/servers.ts';

/** Programs whose ClientHello is captured, each asked for one server name. */
export const stacks: Readonly<Record<string, (port: number, name: string) => () => void>> = {
  'Node.js': (port, servername) => {
    const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false });
    socket.on('error', () => undefined);
    return () => socket.destroy();
  },
  'Node.js with TLS 1.2 and ALPN': (port, servername) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername,
      maxVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    socket.on('error', () => undefined);
    return () => socket.destroy();
  },
  OpenSSL: (port, name) =>
    run('openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-servername', name),
  Python: (port, name) =>
    run(
      '/usr/bin/python3',
      '-c',
      'import socket,ssl,sys\ns=socket.create_connection(("127.0.0.1",int(sys.argv[1])))\nssl.create_default_context().wrap_socket(s,server_hostname=sys.argv[2])',
      String(port),
      name,
    ),
};

function run(program: string, ...args: readonly string[]): () => void {
  const child = spawn(program, args, { stdio: 'ignore' });
  return () => child.kill('SIGKILL');
}

/** The first bytes that a program sends when it asks for a name by TLS. */
export async function capture(stack: string, name: string): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = stacks[stack]?.(portOf(server), name);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const bytes = await readRecord(socket);
  stop?.();
  socket.destroy();
  server.close();
  return bytes;
}

/** The first record of a connection; it may be more of it. */
export async function readRecord(socket: Duplex): Promise<Buffer> {
  socket.on('error', () => undefined);
  let all = Buffer.alloc(0);
  let wanted = Number.POSITIVE_INFINITY;
  while (all.length < wanted) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    all = Buffer.concat([all, chunk]);
    if (all.length >= 5) wanted = 5 + all.readUInt16BE(3);
  }
  return all;
}

/** A ClientHello by hand, with these extensions. */
export function helloWith(extensions: readonly (readonly [number, Buffer])[]): Buffer {
  const list = Buffer.concat(
    extensions.map(([type, body]) => Buffer.concat([uint16(type), vector16(body)])),
  );
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    vector16(Buffer.from([0x13, 0x01])),
    Buffer.from([1, 0]),
    vector16(list),
  ]);
  const message = Buffer.concat([Buffer.from([1, 0]), vector16(body)]);
  return record(message);
}

/** A record of handshake bytes. */
export const record = (fragment: Buffer): Buffer =>
  Buffer.concat([Buffer.from([22, 3, 1]), vector16(fragment)]);

/** The content of `server_name` with these names, each with its type. */
export const serverNames = (...names: readonly (readonly [number, string])[]): Buffer =>
  vector16(
    Buffer.concat(
      names.map(([type, name]) =>
        Buffer.concat([Buffer.from([type]), vector16(Buffer.from(name, 'latin1'))]),
      ),
    ),
  );

const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

const vector16 = (body: Buffer): Buffer => Buffer.concat([uint16(body.length), body]);
