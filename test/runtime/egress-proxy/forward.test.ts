import { ProxyAgent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exchangeRaw, httpServer } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

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
    ['an address literal', get('http://127.0.0.1/'), 'KARS_EGRESS_NAME_INVALID'],
    [
      'an address literal in decimal',
      get('http://2130706433/', 'Host: 2130706433'),
      'KARS_EGRESS_NAME_INVALID',
    ],
    [
      'an upgrade',
      get('http://site.example/', 'Host: site.example\r\nUpgrade: h2c\r\nHTTP2-Settings: AA'),
      'KARS_REQUEST_INVALID',
    ],
    ['another port', get('http://site.example:8080/'), 'KARS_EGRESS_NOT_ALLOWED'],
  ])('is refused with %s', async (_what, text, code) => {
    const site = await startSite();
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    expect(await exchangeRaw(port, text)).toContain(`x-kars-code: ${code}`);
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
    const { port } = await startProxy(listed, toLoopback('site.example', 80, site.port));
    const host = fields === '' ? 'X-B: c' : `Host: site.example\r\n${fields}`;
    const answer = await exchangeRaw(
      port,
      `POST http://site.example/ HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\nhello`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(site.seen).toEqual([]);
  });

  it('is refused with headers over the limit', async () => {
    const { port } = await startProxy(listed);
    const answer = await exchangeRaw(
      port,
      get('http://site.example/', `Host: site.example\r\nX-A: ${'a'.repeat(17_000)}`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
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
