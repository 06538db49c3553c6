import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { ProxyAgent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endToEndHeaders } from '../../../runtime/egress-proxy/headers.ts';
import { exchangeRaw, httpServer, portOf } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

/** More than all buffers on the way together. */
const LARGE = 64 * 1024 * 1024;

const listed = [{ host: 'site.example', port: 80 }];

async function startSite(): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const { port } = await httpServer((incoming, response) => {
    seen.push(JSON.stringify({ url: incoming.url, headers: incoming.headers }));
    incoming.resume();
    response.setHeader('x-site', 'yes');
    response.setHeader('proxy-authenticate', 'Basic');
    response.end('content');
  });
  return { port, seen };
}

const get = (url: string, headers = `Host: ${new URL(url).host}`): string =>
  `GET ${url} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`;

describe('an absolute-form request', () => {
  it('is carried by a real client, without the fields of one connection', async () => {
    const site = await startSite();
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const dispatcher = new ProxyAgent({ uri: `http://127.0.0.1:${port}`, proxyTunnel: false });
    onTestFinished(() => dispatcher.close());
    const answer = await request('http://site.example/a?b=c', {
      dispatcher,
      method: 'POST',
      body: 'hello',
      headers: { 'x-own': '1', te: 'trailers' },
    });
    expect(answer.statusCode).toBe(200);
    expect(await answer.body.text()).toBe('content');
    expect(answer.headers).toMatchObject({ 'x-site': 'yes' });
    expect(answer.headers).not.toHaveProperty('proxy-authenticate');
    const [seen = ''] = site.seen;
    expect(seen).toContain('"url":"/a?b=c"');
    expect(seen).toContain('"host":"site.example"');
    expect(seen).not.toContain('"te"');
  });

  it('is decided anew for each request of one connection', async () => {
    const site = await startSite();
    const { port, sidecar } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const answer = await exchangeRaw(
      port,
      `GET http://site.example/one HTTP/1.1\r\nHost: site.example\r\n\r\n${get('http://evil.example/two')}`,
    );
    expect(answer.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
    expect(site.seen).toHaveLength(1);
    const audited = await sidecar.audited();
    expect(audited.map(({ target, decision }) => `${target} ${decision}`).sort()).toEqual([
      'evil.example:80 deny',
      'site.example:80 allow',
    ]);
  });

  it.each([
    [
      'another Host than the target',
      get('http://site.example/', 'Host: evil.example'),
      'KARS_REQUEST_INVALID',
    ],
    [
      'another port in Host',
      get('http://site.example/', 'Host: site.example:81'),
      'KARS_REQUEST_INVALID',
    ],
    [
      'the origin form',
      get('http://site.example/').replace('http://site.example/', '/'),
      'KARS_REQUEST_INVALID',
    ],
    ['another scheme', get('ftp://site.example/'), 'KARS_REQUEST_INVALID'],
    ['https, which needs CONNECT', get('https://site.example/'), 'KARS_REQUEST_INVALID'],
    [
      'user information',
      get('http://user@site.example/', 'Host: site.example'),
      'KARS_REQUEST_INVALID',
    ],
    ['an address literal', get('http://127.0.0.1/'), 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    [
      'an address literal in decimal',
      get('http://2130706433/', 'Host: 2130706433'),
      'KARS_EGRESS_ADDRESS_FORBIDDEN',
    ],
    [
      'an address in no range',
      get('http://10.20.0.5/', 'Host: 10.20.0.5'),
      'KARS_EGRESS_NOT_ALLOWED',
    ],
    ['an address of IPv6', get('http://[::1]/', 'Host: [::1]'), 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    [
      'an address, and a name as Host',
      get('http://10.20.0.5/', 'Host: site.example'),
      'KARS_REQUEST_INVALID',
    ],
    [
      'an upgrade',
      get('http://site.example/', 'Host: site.example\r\nUpgrade: h2c\r\nHTTP2-Settings: AA'),
      'KARS_REQUEST_INVALID',
    ],
    [
      'two Hosts',
      get('http://site.example/', 'Host: site.example\r\nHost: evil.example'),
      'KARS_REQUEST_INVALID',
    ],
    [
      'a coding under the chunks',
      get('http://site.example/', 'Host: site.example\r\nTransfer-Encoding: gzip, chunked'),
      'KARS_REQUEST_INVALID',
    ],
    [
      'an expectation that is unknown',
      get('http://site.example/', 'Host: site.example\r\nExpect: 200-ok'),
      'KARS_REQUEST_INVALID',
    ],
    ['another port', get('http://site.example:8080/'), 'KARS_EGRESS_NOT_ALLOWED'],
  ])('is refused with %s', async (_what, bytes, code) => {
    const site = await startSite();
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    expect(await exchangeRaw(port, bytes)).toContain(`x-kars-code: ${code}`);
    expect(site.seen).toEqual([]);
  });

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['chunks by a name that is none', 'Transfer-Encoding: xchunked'],
    ['a folded field', 'X-A: b\r\n c: d'],
    ['a space before the colon', 'Content-Length : 5'],
    ['no Host', ''],
  ])('is refused as malformed with %s', async (_what, fields) => {
    const site = await startSite();
    const { port, sidecar } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const host = fields === '' ? 'X-B: c' : `Host: site.example\r\n${fields}`;
    const answer = await exchangeRaw(
      port,
      `POST http://site.example/ HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\nhello`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('x-kars-code: KARS_REQUEST_INVALID');
    const audited = await sidecar.audited();
    expect(audited[0]).toMatchObject({ surface: 'http', code: 'KARS_REQUEST_INVALID' });
    expect(audited.every(({ decision }) => decision === 'deny')).toBe(true);
    expect(site.seen).toEqual([]);
  });

  it('is refused with headers over the limit', async () => {
    const { port } = await startProxy(listed);
    const answer = await exchangeRaw(
      port,
      get('http://site.example/', `Host: site.example\r\nX-A: ${'a'.repeat(17_000)}`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('x-kars-code: KARS_REQUEST_TOO_LARGE');
  });

  it('does not leave the unread body of a refused request as the next request', async () => {
    const site = await startSite();
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const inner = get('http://site.example/smuggled');
    const answer = await exchangeRaw(
      port,
      `POST http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nContent-Length: ${inner.length}\r\n\r\n${inner}${get('http://evil.example/')}`,
    );
    expect(answer.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 403']);
    expect(site.seen).toEqual([]);
  });

  describe('with a request in its body', () => {
    const inner = 'GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n';
    const chunked = `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    const dropped = `Content-Length: ${inner.length}\r\nConnection: content-length, close\r\n\r\n${inner}`;

    it.each(
      ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST'].flatMap((method) => [
        [method, 'chunks', chunked],
        [method, 'a length that Connection names', dropped],
      ]),
    )('%s keeps it a body, by %s', async (method, _how, rest) => {
      const bodies: string[] = [];
      const { port: target } = await httpServer((incoming, response) => {
        void text(incoming).then((body) => {
          bodies.push(`${incoming.method} ${incoming.url}: ${body}`);
          response.end();
        });
      });
      const { port } = await startProxy(listed, toLoopback('site.example', 80, target));
      const head = `${method} http://site.example/ HTTP/1.1\r\nHost: site.example\r\n`;
      expect(await exchangeRaw(port, `${head}${rest}`)).toMatch(/^HTTP\/1\.1 200 /);
      expect(bodies).toEqual([`${method} /: ${inner}`]);
    });

    it('becomes a second request to the host when the framing is left out', async () => {
      const host = createTcpServer((socket) => {
        let seen = '';
        socket.on('data', (chunk) => {
          seen += String(chunk);
          if (seen.includes('/smuggled')) socket.end(`HTTP/1.1 200 OK\r\n\r\n${seen}`);
        });
      });
      host.listen(0, '127.0.0.1');
      await once(host, 'listening');
      onTestFinished(() => {
        host.close();
      });
      const received = { host: 'site.example', 'transfer-encoding': 'chunked' };
      const call = send({ port: portOf(host), headers: endToEndHeaders(received) });
      call.end(inner);
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      expect(await text(answer)).toMatch(
        /^GET \/ [^]*\r\n\r\nGET \/smuggled [^]*Host: evil\.example/,
      );
    });
  });

  it.each([
    ['GET', undefined],
    ['DELETE', undefined],
    ['POST', '0'],
  ])('of %s without a body reaches the host without one', async (method, length) => {
    const site = await startSite();
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const head = `${method} http://site.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n`;
    expect(await exchangeRaw(port, head)).toContain('HTTP/1.1 200 OK');
    const { headers } = JSON.parse(site.seen[0] ?? '') as { headers: Record<string, string> };
    expect(headers['content-length']).toBe(length);
    expect(headers['transfer-encoding']).toBeUndefined();
  });

  it('ends as its answer does when the host breaks the connection in the middle of it', async () => {
    const site = createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () =>
          socket.resetAndDestroy(),
        );
      });
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    onTestFinished(() => void site.close());
    const { port } = await startProxy(listed, toLoopback('site.example', 80, portOf(site)));
    const incoming = send({
      port,
      path: 'http://site.example/',
      headers: { host: 'site.example' },
    });
    incoming.end();
    const [answer] = (await once(incoming, 'response')) as [IncomingMessage];
    await expect(text(answer)).rejects.toThrow('aborted');
  });

  it('takes a default port in Host as the same host', async () => {
    const site = await startSite();
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const answer = await exchangeRaw(port, get('http://site.example/', 'Host: site.example:80'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('gets an answer that comes before its body has ended', async () => {
    const { port: early } = await httpServer((_incoming, response) => response.end('early'));
    const { port } = await startProxy(listed, toLoopback('site.example', 80, early));
    const head =
      'POST http://site.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n';
    const answer = await exchangeRaw(port, `${head}Content-Length: 100\r\n\r\nonly some`);
    expect(answer).toContain('early');
  });

  it('is taken to its end when its host has answered before', async () => {
    const { port: early } = await httpServer((_incoming, response) => response.end('early'));
    const { port } = await startProxy(listed, toLoopback('site.example', 80, early));
    const headers = { host: 'site.example' };
    const call = send({ port, method: 'POST', path: 'http://site.example/', headers });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    const sent = once(call, 'finish');
    call.end(Buffer.alloc(LARGE));
    const [answer] = await answered;
    expect(await text(answer)).toBe('early');
    await sent;
  });

  it('ends cleanly when the host breaks the connection', async () => {
    const { port: broken } = await httpServer((_incoming, response) => response.destroy());
    const { port } = await startProxy(listed, toLoopback('site.example', 80, broken));
    const answer = await exchangeRaw(port, get('http://site.example/'));
    expect(answer).toContain('x-kars-code: KARS_EGRESS_CONNECT_FAILED');
  });
});

it('a call is refused when its decision cannot be recorded', async () => {
  const site = await startSite();
  const { port, sidecar } = await startProxy(listed, toLoopback('site.example', 80, site.port));
  sidecar.recorder.decided = () => Promise.reject(new Error('disk full'));
  expect(await exchangeRaw(port, get('http://site.example/'))).toContain('KARS_AUDIT_UNAVAILABLE');
  expect(site.seen).toEqual([]);
});
