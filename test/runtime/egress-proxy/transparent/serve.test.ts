import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Authority, EgressEntry } from 'kars-constructs/contract';
import type { OriginalDestination } from '../../../../runtime/egress-proxy/transparent/original-destination.ts';
import { echoServer, exchangeRaw, httpServer, portOf } from '../../../support/servers.ts';
import { startProxy, toLoopback } from '../support.ts';
import { helloWith, serverNames } from '../tls/hellos.ts';

const ADDRESS = '198.18.3.7';

/** A proxy that takes every connection for one that was redirected from `destination`. */
const redirected = (
  entries: EgressEntry[],
  destination: OriginalDestination,
  to: Authority & { readonly target: number },
  bounds: Parameters<typeof startProxy>[2] = {},
): ReturnType<typeof startProxy> =>
  startProxy(entries, toLoopback(to.host, to.port, to.target), bounds, {
    destinationOf: () => destination,
    nameOf: (address) => (address === ADDRESS ? 'site.example' : undefined),
  });

/** Everything that comes back; a reset ends it with an error. */
async function exchange(port: number, bytes: Buffer | string): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a redirected connection', () => {
  it('goes to the name behind the address, and server-first protocols work', async () => {
    const server = createServer((socket: Socket) => socket.end('220 ready\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const { port, sidecar } = await redirected(
      [{ host: 'site.example', port: 5432 }],
      { host: ADDRESS, port: 5432 },
      { host: 'site.example', port: 5432, target: portOf(server) },
    );
    const client = connect(port, '127.0.0.1');
    let greeting = '';
    for await (const chunk of client) greeting += String(chunk);
    expect(greeting).toBe('220 ready\r\n');
    expect(await sidecar.audited()).toMatchObject([
      { surface: 'transparent', target: 'site.example:5432', decision: 'allow' },
    ]);
  });

  it('is reset where no entry has the port', async () => {
    const { port, sidecar } = await redirected(
      [{ host: 'site.example', port: 443 }],
      { host: ADDRESS, port: 5432 },
      { host: 'site.example', port: 5432, target: await echoServer() },
    );
    await expect(exchange(port, 'hello')).rejects.toThrow('ECONNRESET');
    expect(await sidecar.audited()).toMatchObject([
      { surface: 'transparent', target: 'site.example:5432', code: 'KARS_EGRESS_NOT_ALLOWED' },
    ]);
  });

  it.each([
    ['an address that stands for no name', '198.18.9.9', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    ['one of IPv6', '2001:2::99', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    ['a public address', '8.8.8.8', 'KARS_EGRESS_NOT_ALLOWED'],
    ['a metadata service', '169.254.169.254', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
  ])('is reset to %s', async (_what, host, code) => {
    const { port, sidecar } = await redirected(
      [{ host: 'site.example', port: 5432 }],
      { host, port: 5432 },
      { host: 'site.example', port: 5432, target: await echoServer() },
    );
    await expect(exchange(port, 'hello')).rejects.toThrow('ECONNRESET');
    expect(await sidecar.audited()).toMatchObject([{ surface: 'transparent', code }]);
  });

  it('is reset when the kernel does not say where it wanted to go', async () => {
    const { port, sidecar } = await redirected([{ host: 'site.example', port: 5432 }], 'unknown', {
      host: 'site.example',
      port: 5432,
      target: await echoServer(),
    });
    await expect(exchange(port, 'hello')).rejects.toThrow('ECONNRESET');
    expect(await sidecar.audited()).toMatchObject([
      { surface: 'transparent', code: 'KARS_EGRESS_NAME_INVALID' },
    ]);
  });

  it('is the explicit proxy when nothing was redirected', async () => {
    const { port } = await redirected([{ host: 'site.example', port: 5432 }], 'direct', {
      host: 'site.example',
      port: 5432,
      target: await echoServer(),
    });
    const answer = await exchangeRaw(
      port,
      'CONNECT site.example:5432 HTTP/1.1\r\nHost: site.example\r\n\r\nhello',
      true,
    );
    expect(answer).toBe('HTTP/1.1 200 Connection Established\r\n\r\nhello');
  });
});

describe('a redirected connection to a host that has TLS', () => {
  const entries = [{ host: 'site.example', port: 443 }];
  const start = async () =>
    redirected(
      entries,
      { host: ADDRESS, port: 443 },
      { host: 'site.example', port: 443, target: await echoServer() },
    );
  const hello = helloWith([[0, serverNames([0, 'site.example'])]]);

  it('carries its hello unchanged, however it is cut', async () => {
    const { port } = await start();
    for (const at of [1, 5, 40, hello.length - 1]) {
      const client = connect({ port, host: '127.0.0.1', noDelay: true });
      client.write(hello.subarray(0, at));
      await new Promise((done) => setTimeout(done, 20));
      client.end(hello.subarray(at));
      const chunks: Buffer[] = [];
      for await (const chunk of client) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).equals(hello)).toBe(true);
    }
  });

  it.each([
    ['another name', helloWith([[0, serverNames([0, 'evil.example'])]]), 112],
    ['no name', helloWith([]), 112],
    ['plain text', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 50],
  ])('is ended with an alert for %s', async (_what, bytes, alert) => {
    const { port } = await start();
    expect([...(await exchange(port, bytes))]).toEqual([21, 3, 3, 0, 2, 2, alert]);
  });

  it('is ended with an alert for a name where a range allows the address', async () => {
    const { port } = await redirected(
      [{ cidr: '10.20.0.0/28', port: 443 }],
      { host: '10.20.0.5', port: 443 },
      { host: 'site.example', port: 443, target: 1 },
    );
    expect([...(await exchange(port, hello))]).toEqual([21, 3, 3, 0, 2, 2, 112]);
  });

  it('is ended with an alert where no entry has the host', async () => {
    const { port } = await redirected(
      [],
      { host: ADDRESS, port: 443 },
      { host: 'site.example', port: 443, target: await echoServer() },
    );
    expect([...(await exchange(port, hello))]).toEqual([21, 3, 3, 0, 2, 2, 49]);
  });
});

describe('a redirected connection to a host that has plain HTTP', () => {
  const start = async (): ReturnType<typeof startProxy> => {
    const site = await httpServer((incoming, response) => response.end(`got ${incoming.url}`));
    return redirected(
      [{ host: 'site.example', port: 80, http: { methods: ['GET'] } }],
      { host: ADDRESS, port: 80 },
      { host: 'site.example', port: 80, target: site.port },
    );
  };
  const head = (method: string, host: string): string =>
    `${method} /a HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

  it('is decided by request', async () => {
    const { port } = await start();
    expect(await exchangeRaw(port, head('GET', 'site.example'))).toContain('got /a');
    const refused = await exchangeRaw(port, head('DELETE', 'site.example'));
    expect(refused).toContain('x-kars-code: KARS_EGRESS_REQUEST_NOT_ALLOWED');
  });

  it('refuses another host in its requests', async () => {
    const { port } = await start();
    const answer = await exchangeRaw(port, head('GET', 'evil.example'));
    expect(answer).toContain('x-kars-code: KARS_REQUEST_INVALID');
  });

  it('is told why it is refused where no entry has the host', async () => {
    const { port } = await redirected(
      [],
      { host: ADDRESS, port: 80 },
      { host: 'site.example', port: 80, target: 1 },
    );
    const answer = await exchangeRaw(port, head('GET', 'site.example'));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('x-kars-code: KARS_EGRESS_NOT_ALLOWED');
  });
});

it.each([
  ['TLS', 443, /^\x15\x03[^]{3}\x02P$/],
  ['HTTP', 80, /^HTTP\/1\.1 503 [^]*KARS_OVERLOADED/],
  ['anything', 5432, /^reset$/],
])(
  'a connection for %s that is one too many is told so, and recorded',
  async (_what, port, told) => {
    const to = { host: 'site.example', port };
    const entries = [{ host: 'site.example', port }];
    const proxy = await redirected(
      entries,
      { host: ADDRESS, port },
      { ...to, target: 1 },
      { connections: 0 },
    );
    const answer = await exchange(proxy.port, 'GET / HTTP/1.1\r\nHost: site.example\r\n\r\n').then(
      (bytes) => bytes.toString('latin1'),
      () => 'reset',
    );
    expect(answer).toMatch(told);
    expect(await proxy.sidecar.audited()).toMatchObject([
      { surface: 'transparent', target: 'unreadable', code: 'KARS_OVERLOADED' },
    ]);
  },
);
