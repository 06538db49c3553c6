import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { connect as tlsConnect, createServer, type TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../../support/documents.ts';
import { echoServer, exchangeRaw, portOf } from '../../../support/servers.ts';
import { startProxy, toLoopback } from '../support.ts';
import { helloWith, serverNames } from './hellos.ts';

const listed = [{ host: 'site.example', port: 443 }];

/** A server that says which name it was asked for. */
async function startSite(): Promise<number> {
  const directory = temporaryDirectory();
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=site.example', '-days', '1', '-nodes'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.end(`asked for ${String(socket.servername)}`);
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return portOf(server);
}

async function tunnelTo(port: number, authority: string): Promise<Socket> {
  const call = httpRequest({ port, method: 'CONNECT', path: authority });
  call.end();
  const [, socket] = (await once(call, 'connect')) as [unknown, Socket];
  return socket;
}

async function ask(port: number, servername: string): Promise<string> {
  const socket = await tunnelTo(port, 'site.example:443');
  const secure = tlsConnect({ socket, servername, rejectUnauthorized: false });
  let answer = '';
  for await (const chunk of secure) answer += String(chunk);
  return answer;
}

describe('a tunnel to a host that has TLS', () => {
  it('carries it when the server name is that of the host', async () => {
    const { port } = await startProxy(listed, toLoopback('site.example', 443, await startSite()));
    expect(await ask(port, 'site.example')).toBe('asked for site.example');
  });

  it('carries it when the name is written in another case', async () => {
    const { port } = await startProxy(listed, toLoopback('site.example', 443, await startSite()));
    expect(await ask(port, 'Site.Example')).toBe('asked for Site.Example');
  });

  it('is ended with an alert when the server name is another, and both are audited', async () => {
    const { port, sidecar } = await startProxy(
      listed,
      toLoopback('site.example', 443, await startSite()),
    );
    await expect(ask(port, 'evil.example')).rejects.toThrow('unrecognized name');
    expect(
      (await sidecar.audited()).map(({ surface, decision, code }) => [surface, decision, code]),
    ).toEqual([
      ['connect', 'allow', ''],
      ['connect', 'deny', 'KARS_EGRESS_SERVER_NAME'],
    ]);
  });

  it('goes to the other name where the entry allows anything', async () => {
    const { port } = await startProxy(
      [{ host: 'site.example', port: 443, protocol: 'tcp' }],
      toLoopback('site.example', 443, await startSite()),
    );
    expect(await ask(port, 'evil.example')).toBe('asked for evil.example');
  });

  it.each<[string, Buffer, string]>([
    ['no name', helloWith([]), 'KARS_EGRESS_SERVER_NAME'],
    [
      'an address as name',
      helloWith([[0, serverNames([0, '127.0.0.1'])]]),
      'KARS_EGRESS_SERVER_NAME',
    ],
    [
      'a dot behind the name',
      helloWith([[0, serverNames([0, 'site.example.'])]]),
      'KARS_EGRESS_SERVER_NAME',
    ],
    [
      'an encrypted part',
      helloWith([
        [0, serverNames([0, 'site.example'])],
        [0xfe0d, Buffer.alloc(9)],
      ]),
      'KARS_EGRESS_ENCRYPTED_HELLO',
    ],
    ['no TLS at all', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'KARS_EGRESS_PROTOCOL_MISMATCH'],
    [
      'two names',
      helloWith([[0, serverNames([0, 'site.example'], [0, 'evil.example'])]]),
      'KARS_EGRESS_PROTOCOL_MISMATCH',
    ],
  ])('is ended with %s', async (_what, bytes, code) => {
    const { port, sidecar } = await startProxy(
      listed,
      toLoopback('site.example', 443, await startSite()),
    );
    const socket = await tunnelTo(port, 'site.example:443');
    socket.write(bytes);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)[0]).toBe(21);
    expect((await sidecar.audited()).at(-1)).toMatchObject({ decision: 'deny', code });
  });

  it('goes on with an encrypted part where the outer name decides, and only to that name', async () => {
    const { port, sidecar } = await startProxy(
      listed,
      toLoopback('site.example', 443, await echoServer()),
      {},
      undefined,
      { encryptedHello: 'outer' },
    );
    const greased = (name: string): Buffer =>
      helloWith([
        [0, serverNames([0, name])],
        [0xfe0d, Buffer.alloc(9)],
      ]);
    const socket = await tunnelTo(port, 'site.example:443');
    socket.end(greased('site.example'));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(greased('site.example'))).toBe(true);
    const other = await tunnelTo(port, 'site.example:443');
    other.write(greased('evil.example'));
    await once(other.resume(), 'close');
    expect((await sidecar.audited()).at(-1)).toMatchObject({ code: 'KARS_EGRESS_SERVER_NAME' });
  });

  it('is ended when no ClientHello comes in time', async () => {
    const { port, sidecar } = await startProxy(
      listed,
      toLoopback('site.example', 443, await startSite()),
      { helloMilliseconds: 50 },
    );
    const socket = await tunnelTo(port, 'site.example:443');
    socket.write(Buffer.from([22, 3, 1]));
    await once(socket.resume(), 'close');
    expect((await sidecar.audited()).at(-1)?.reason).toContain('no ClientHello came within 50 ms');
  });

  it('is refused before it is made when the host does not answer', async () => {
    const { port } = await startProxy(listed, toLoopback('site.example', 443, 1));
    const answer = await exchangeRaw(
      port,
      'CONNECT site.example:443 HTTP/1.1\r\nHost: a\r\n\r\n',
      true,
    );
    expect(answer).toContain('x-kars-code: KARS_EGRESS_CONNECT_FAILED');
  });
});
