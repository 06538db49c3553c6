import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodeParentProxy, type EgressEntry } from 'kars-constructs/contract';
import { ParentProxy, readParentProxy } from '../../../runtime/service/parent-proxy.ts';
import { temporaryDirectory, writeDocuments } from '../../support/documents.ts';
import { leadingTo, saying, serverOf } from '../../support/parent-proxy.ts';
import { echoServer, exchangeRaw, httpServer } from '../../support/servers.ts';
import { helloWith, serverNames } from './tls/hellos.ts';
import { prepare, start } from './process.ts';
import { startProxy } from './support.ts';

const LOOPBACK = ['127.0.0.0/8'];
const tcp: EgressEntry = { host: 'echo.example', port: 7000 };
const CONNECT = 'CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example:7000\r\n\r\n';

/** A proxy behind a parent on a port of this machine; nobody else resolves a name. */
function behind(
  port: number,
  entries: EgressEntry[],
  {
    credentials,
    connectMilliseconds = 2000,
  }: { credentials?: string; connectMilliseconds?: number } = {},
) {
  const resolve = vi.fn(() => Promise.reject(new Error('nobody resolves a name here')));
  const parent = new ParentProxy({
    authority: { host: '127.0.0.1', port },
    ranges: LOOPBACK,
    credentials,
  });
  const times = { resolveMilliseconds: 1000, connectMilliseconds };
  return startProxy(entries, { parent, times, resolve });
}

describe('a proxy behind a parent', () => {
  it('has the parent connect a tunnel by its name, and resolves nothing', async () => {
    const { port: to, asked } = await leadingTo(await echoServer());
    const { port, sidecar } = await behind(to, [tcp]);
    expect(await exchangeRaw(port, `${CONNECT}hello`, true)).toContain('hello');
    expect(asked).toEqual([
      'CONNECT echo.example:7000 HTTP/1.1\r\nhost: echo.example:7000\r\nconnection: keep-alive\r\n\r\n',
    ]);
    expect(await sidecar.audited()).toMatchObject([{ decision: 'allow' }]);
  });

  it('has it connect plain HTTP in the same way, so that nobody reads the request a second time', async () => {
    const host = await httpServer((request, response) => response.end(request.url));
    const { port: to, asked } = await leadingTo(host.port);
    const { port } = await behind(to, [{ host: 'site.example', port: 80 }]);
    const get =
      'GET http://site.example/a HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n';
    expect(await exchangeRaw(port, get)).toMatch(/^HTTP\/1\.1 200 [^]*\/a$/);
    expect(asked.join()).toMatch(/^CONNECT site\.example:80 HTTP/);
  });

  it('carries a greeting that comes right behind the answer, where no protocol forbids it', async () => {
    const { port: to } = await saying('HTTP/1.1 200 OK\r\n\r\n220 ready\r\n');
    const { port } = await behind(to, [tcp]);
    const client = connect(port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    client.write(CONNECT);
    let answer = '';
    client.on('data', (chunk) => (answer += String(chunk)));
    await expect.poll(() => answer).toContain('220 ready');
  });

  it('signs in with what stands in a file, read anew each time', async () => {
    const file = join(temporaryDirectory(), 'credentials');
    const { port: to, asked } = await leadingTo(await echoServer());
    const { port, sidecar } = await behind(to, [tcp], { credentials: file });
    expect(await exchangeRaw(port, CONNECT, true)).toContain('KARS_PARENT_PROXY_FAILED');
    expect(asked).toEqual([]);
    writeFileSync(file, 'agent:secret\n');
    expect(await exchangeRaw(port, `${CONNECT}hello`, true)).toContain('hello');
    expect(asked.join()).toContain(`proxy-authorization: Basic ${btoa('agent:secret')}\r\n`);
    expect(JSON.stringify([sidecar.logged, await sidecar.audited()])).not.toContain('secret');
  });

  it('dials what is named by address itself, and refuses special addresses by their spelling', async () => {
    const { port: to, asked } = await saying('HTTP/1.1 200 OK\r\n\r\n');
    const { port } = await behind(to, [tcp, { cidr: '10.20.0.0/16', port: 7000 }], {
      connectMilliseconds: 100,
    });
    const call = (target: string): Promise<string> =>
      exchangeRaw(port, `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`, true);
    expect(await call('10.20.0.5:7000')).not.toContain('KARS_PARENT_PROXY_FAILED');
    expect(await call('169.254.169.254:80')).toContain('KARS_EGRESS_ADDRESS_FORBIDDEN');
    expect(await call('127.0.0.1:7000')).toContain('KARS_EGRESS_ADDRESS_FORBIDDEN');
    expect(await call('other.example:7000')).toContain('KARS_EGRESS_NOT_ALLOWED');
    expect(asked).toEqual([]);
  });

  it.each<[string, string | undefined, string]>([
    ['wants credentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'answers 407'],
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno', 'answers 403'],
    ['does not reach the host', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', 'answers 502'],
    ['sends the client elsewhere', 'HTTP/1.1 302 Found\r\nLocation: a\r\n\r\n', 'answers 302'],
    ['has no content', 'HTTP/1.1 204 No Content\r\n\r\n', 'answers 204'],
    ['says to go on first', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'answers 100'],
    ['says nothing', undefined, 'did not answer within 200 ms'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.9\r\n', 'gives no answer of HTTP'],
    ['says half of it', 'HTTP/1.1 200 OK\r\nX: ', 'did not answer within 200 ms'],
    [
      'has no end of fields',
      `HTTP/1.1 200 OK\r\n${'X: a\r\n'.repeat(9000)}`,
      'HPE_HEADER_OVERFLOW',
    ],
  ])('passes nothing on when it %s', async (_what, answer, why) => {
    const { port: to } = await saying(answer);
    const { port, sidecar } = await behind(to, [tcp], { connectMilliseconds: 200 });
    const told = await exchangeRaw(port, `${CONNECT}hello`, true);
    expect(told).toMatch(/^HTTP\/1\.1 502 /);
    expect(told).toContain('x-kars-code: KARS_PARENT_PROXY_FAILED');
    expect(told).toContain(why);
    expect(await sidecar.audited()).toMatchObject([
      { target: 'echo.example:7000', decision: 'deny', code: 'KARS_PARENT_PROXY_FAILED' },
    ]);
  });

  it.each([
    [
      'TLS',
      { host: 'site.example', port: 443 },
      'CONNECT site.example:443 HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'HTTP',
      { host: 'site.example', port: 80 },
      'GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n',
    ],
  ])(
    'passes nothing on when bytes come with the answer, before any of %s',
    async (_what, entry, call) => {
      const { port: to } = await saying('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nforged');
      const { port } = await behind(to, [entry]);
      const told = await exchangeRaw(port, call, entry.port === 443);
      expect(told).toContain('x-kars-code: KARS_PARENT_PROXY_FAILED');
      expect(told).not.toContain('forged');
    },
  );

  it('passes nothing on when it closes the connection, or does not listen', async () => {
    const closing = await serverOf((socket) => socket.once('data', () => socket.destroy()));
    const { port } = await behind(closing, [tcp]);
    expect(await exchangeRaw(port, CONNECT, true)).toContain('KARS_PARENT_PROXY_FAILED');
    const gone = await behind(1, [tcp]);
    expect(await exchangeRaw(gone.port, CONNECT, true)).toContain('cannot be reached');
  });

  it('sends nothing to a host before its hello was looked at', async () => {
    const received: string[] = [];
    const host = await serverOf((socket) =>
      socket.on('data', (chunk: Buffer) => received.push(chunk.toString('latin1'))),
    );
    const { port: to } = await leadingTo(host);
    const { port } = await behind(to, [{ host: 'site.example', port: 443 }]);
    const client = connect(port, '127.0.0.1');
    client.write('CONNECT site.example:443 HTTP/1.1\r\nHost: site.example:443\r\n\r\n');
    await once(client, 'data');
    client.write(helloWith([[0, serverNames([0, 'evil.example'])]]));
    await once(client, 'close');
    expect(received).toEqual([]);
  });
});

describe('the addresses of a parent proxy', () => {
  const parentAt = (...addresses: string[]): ParentProxy =>
    new ParentProxy({
      authority: { host: 'proxy.example', port: 3128 },
      ranges: ['10.20.0.0/28'],
      resolver: {
        resolve: () => Promise.resolve(addresses.map((address) => ({ address, family: 4 }))),
      },
    });

  it('are those of its name', async () => {
    expect(await parentAt('10.20.0.5').addresses()).toEqual([{ address: '10.20.0.5', family: 4 }]);
  });

  it.each([
    ['one is outside of its ranges', ['10.20.0.5', '10.20.0.16'], 'has 10.20.0.16, outside'],
    ['there is none', [], 'has no address'],
  ])('are not used when %s', async (_what, addresses, why) => {
    await expect(parentAt(...addresses).addresses()).rejects.toThrow(why);
  });
});

describe('the arguments about a parent proxy', () => {
  const place = { url: 'http://proxy.example:3128', ranges: ['10.20.0.0/28'] };

  it.each([
    ['no JSON', 'http://proxy.example:3128'],
    ['another scheme', encodeParentProxy({ ...place, url: 'https://proxy.example:3128' })],
    ['no port', encodeParentProxy({ ...place, url: 'http://proxy.example' })],
    ['credentials', encodeParentProxy({ ...place, url: 'http://a:b@proxy.example:3128' })],
    ['a path', encodeParentProxy({ ...place, url: 'http://proxy.example:3128/a' })],
    ['no range', encodeParentProxy({ ...place, ranges: [] })],
    ['loopback', encodeParentProxy({ ...place, ranges: ['127.0.0.0/8'] })],
    [
      'metadata',
      encodeParentProxy({ url: 'http://169.254.169.254:80', ranges: ['169.254.169.254/32'] }),
    ],
    ['an address outside', encodeParentProxy({ ...place, url: 'http://10.30.0.1:3128' })],
    ['more members', JSON.stringify({ ...place, all: true })],
  ])('are refused with %s', (_what, text) => {
    expect(() => readParentProxy({ place: text, credentials: undefined })).toThrow('KARS_PARENT');
  });

  it('are refused with credentials alone', () => {
    expect(() => readParentProxy({ place: undefined, credentials: '/a' })).toThrow(
      '--parent-proxy',
    );
  });

  it('are there or not', () => {
    const parent = readParentProxy({ place: encodeParentProxy(place), credentials: '/a' });
    expect(parent?.authority).toEqual({ host: 'proxy.example', port: 3128 });
    expect(readParentProxy({ place: undefined, credentials: undefined })).toBeUndefined();
  });

  it('let the process learn nothing', async () => {
    const where = await prepare();
    const until = new Date(Date.now() + 60_000).toISOString();
    const document = { entries: [], learn: { until, ports: [80] } };
    writeDocuments(where.documents, { 'egress-allowlist': document });
    const parent = `--parent-proxy=${encodeParentProxy(place)}`;
    const { status } = await start(where, `--learn-ceiling=${until}`, parent);
    expect(await (await fetch(`${status}/readyz`)).text()).toContain('KARS_DOCUMENT_BELOW_FLOOR');
  });
});
