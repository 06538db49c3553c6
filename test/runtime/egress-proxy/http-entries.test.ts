import { once } from 'node:events';
import { connect } from 'node:net';
import { ProxyAgent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { EgressEntry } from 'kars-constructs/contract';
import { exchangeRaw, httpServer } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

const readOnly: EgressEntry = {
  host: 'site.example',
  port: 80,
  http: { methods: ['GET'], pathPrefixes: ['/public'] },
};

async function startSite(): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const { port } = await httpServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.host}`);
    incoming.resume();
    response.end('content');
  });
  return { port, seen };
}

const tunnelled = (...requests: string[]): string =>
  `CONNECT site.example:80 HTTP/1.1\r\nHost: site.example:80\r\n\r\n${requests.join('')}`;

const get = (path: string, host = 'site.example', more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

const last = 'Connection: close\r\n';

describe('a tunnel to a host that has plain HTTP', () => {
  it('is decided by request, for a real client', async () => {
    const site = await startSite();
    const { port, sidecar } = await startProxy(
      [readOnly],
      toLoopback('site.example', 80, site.port),
    );
    const dispatcher = new ProxyAgent({ uri: `http://127.0.0.1:${port}`, proxyTunnel: true });
    onTestFinished(() => dispatcher.close());
    const statusOf = async (method: 'GET' | 'POST', path: string): Promise<number> => {
      const answer = await request(`http://site.example${path}`, { dispatcher, method });
      await answer.body.dump();
      return answer.statusCode;
    };
    expect(await statusOf('GET', '/public/a?b=c')).toBe(200);
    expect(await statusOf('POST', '/public/a')).toBe(403);
    expect(await statusOf('GET', '/private')).toBe(403);
    expect(site.seen).toEqual(['GET /public/a?b=c site.example']);
    expect(
      (await sidecar.audited()).map(({ surface, decision, code }) => [surface, decision, code]),
    ).toEqual([
      ['http', 'allow', ''],
      ['http', 'deny', 'KARS_EGRESS_REQUEST_NOT_ALLOWED'],
      ['http', 'deny', 'KARS_EGRESS_REQUEST_NOT_ALLOWED'],
    ]);
  });

  it.each([
    ['another host', get('/public', 'evil.example', last), 'KARS_REQUEST_INVALID'],
    ['another port', get('/public', 'site.example:81', last), 'KARS_REQUEST_INVALID'],
    [
      'the absolute form',
      get('http://evil.example/public', 'evil.example', last),
      'KARS_REQUEST_INVALID',
    ],
    [
      'a path that begins with another host',
      get('//evil.example/public', 'site.example', last),
      'KARS_EGRESS_REQUEST_NOT_ALLOWED',
    ],
    [
      'no path',
      'OPTIONS * HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n',
      'KARS_REQUEST_INVALID',
    ],
    ['dots up', get('/public/../private', 'site.example', last), 'KARS_EGRESS_REQUEST_NOT_ALLOWED'],
    [
      'encoded dots up',
      get('/public/%2e%2e/private', 'site.example', last),
      'KARS_EGRESS_REQUEST_NOT_ALLOWED',
    ],
    [
      'a tunnel of its own',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
      'KARS_REQUEST_INVALID',
    ],
    [
      'an upgrade to HTTP/2',
      get(
        '/public',
        'site.example',
        'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n',
      ),
      'KARS_REQUEST_INVALID',
    ],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'KARS_REQUEST_INVALID'],
    ['a ClientHello', '\u0016\u0003\u0001\u0000\u00a0', 'KARS_REQUEST_INVALID'],
  ])('refuses %s', async (_what, inner, code) => {
    const site = await startSite();
    const { port } = await startProxy([readOnly], toLoopback('site.example', 80, site.port));
    const answer = await exchangeRaw(port, tunnelled(inner));
    expect(answer).toMatch(/^HTTP\/1\.1 200 Connection Established/);
    expect(answer).toContain(`x-kars-code: ${code}`);
    expect(site.seen).toEqual([]);
  });

  it('decides every request of it', async () => {
    const site = await startSite();
    const { port } = await startProxy([readOnly], toLoopback('site.example', 80, site.port));
    const answer = await exchangeRaw(
      port,
      tunnelled(get('/public'), get('/private', 'site.example', last)),
    );
    expect(answer.match(/HTTP\/1\.1 (\d+)/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 403',
    ]);
  });

  it('is not looked into where the entry allows anything', async () => {
    const site = await startSite();
    const { port } = await startProxy(
      [{ host: 'site.example', port: 80, protocol: 'tcp' }],
      toLoopback('site.example', 80, site.port),
    );
    await exchangeRaw(port, tunnelled(get('/private', 'evil.example', last)));
    expect(site.seen).toEqual(['GET /private evil.example']);
  });
});

it('an absolute-form request is refused where the entry is for TLS', async () => {
  const { port } = await startProxy([{ host: 'site.example', port: 443 }]);
  const answer = await exchangeRaw(port, get('http://site.example:443/', 'site.example:443', last));
  expect(answer).toContain('x-kars-code: KARS_EGRESS_PROTOCOL_MISMATCH');
});

describe('a WebSocket by plain HTTP', () => {
  const withUpgrade: EgressEntry = {
    host: 'site.example',
    port: 80,
    http: { upgrade: ['websocket'], pathPrefixes: ['/chat'] },
  };

  async function startEcho(): Promise<number> {
    const { port, server } = await httpServer((_incoming, response) => {
      response.writeHead(404, { 'set-cookie': ['a=1', 'b=2'] }).end('no such path');
    });
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (incoming, socket, head) =>
      sockets.handleUpgrade(incoming, socket, head, (client) => {
        client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
      }),
    );
    return port;
  }

  const handshake = (path: string, form = 'http://site.example'): string =>
    `GET ${form}${path} HTTP/1.1\r\nHost: site.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

  it('carries messages of a real client both ways, in the absolute form', async () => {
    const { port } = await startProxy(
      [withUpgrade],
      toLoopback('site.example', 80, await startEcho()),
    );
    const client = new WebSocket(`ws://127.0.0.1:${port}/chat`, {
      headers: { host: 'site.example' },
      finishRequest: (call) => {
        call.path = 'http://site.example/chat';
        call.end();
      },
    });
    await once(client, 'open');
    client.send('hello');
    const [message] = (await once(client, 'message')) as [Buffer];
    expect(String(message)).toBe('hello');
    client.close();
    await once(client, 'close');
  });

  it('carries them inside a tunnel', async () => {
    const { port } = await startProxy(
      [withUpgrade],
      toLoopback('site.example', 80, await startEcho()),
    );
    const tunnel = connect(port, '127.0.0.1');
    tunnel.write(tunnelled());
    await once(tunnel, 'data');
    const client = new WebSocket('ws://site.example/chat', { createConnection: () => tunnel });
    await once(client, 'open');
    client.send('hello');
    const [message] = (await once(client, 'message')) as [Buffer];
    expect(String(message)).toBe('hello');
    client.close();
    await once(client, 'close');
  });

  it.each([
    ['another path', handshake('/other'), 'KARS_EGRESS_REQUEST_NOT_ALLOWED'],
    [
      'another host',
      handshake('/chat', 'http://evil.example').replace('Host: site', 'Host: evil'),
      'KARS_EGRESS_NOT_ALLOWED',
    ],
    [
      'a body',
      handshake('/chat').replace('Connection', 'Content-Length: 1\r\nConnection'),
      'KARS_REQUEST_INVALID',
    ],
    ['another method', handshake('/chat').replace('GET', 'POST'), 'KARS_REQUEST_INVALID'],
  ])('is refused with %s', async (_what, bytes, code) => {
    const { port } = await startProxy(
      [withUpgrade],
      toLoopback('site.example', 80, await startEcho()),
    );
    expect(await exchangeRaw(port, bytes)).toContain(`x-kars-code: ${code}`);
  });

  it('is refused where no entry has the upgrade', async () => {
    const { port } = await startProxy([{ host: 'site.example', port: 80 }]);
    expect(await exchangeRaw(port, handshake('/chat'))).toContain(
      'KARS_EGRESS_REQUEST_NOT_ALLOWED',
    );
  });

  it('gets the answer of a host that does not switch', async () => {
    const { port: plain } = await httpServer((_incoming, response) => {
      response.writeHead(404, { 'set-cookie': ['a=1', 'b=2'] }).end('no such path');
    });
    const { port } = await startProxy([withUpgrade], toLoopback('site.example', 80, plain));
    const answer = await exchangeRaw(port, handshake('/chat'));
    expect(answer).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(answer).toContain('set-cookie: a=1\r\nset-cookie: b=2\r\n');
    expect(answer).toContain('no such path');
  });

  it('is refused when the host breaks the connection', async () => {
    const { port: broken } = await httpServer((_incoming, response) => response.destroy());
    const { port } = await startProxy([withUpgrade], toLoopback('site.example', 80, broken));
    expect(await exchangeRaw(port, handshake('/chat'))).toContain('KARS_EGRESS_CONNECT_FAILED');
  });
});
