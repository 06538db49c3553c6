import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { echoServer, exchangeRaw, httpServer } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

const site = [{ host: 'site.example', port: 80 }];
const GET = 'GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\n\r\n';
const CLOSING = GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
const EVIL = 'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n';

/** A proxy in front of a host that never answers, and the count of calls that reached the host. */
async function startSilent(bounds: Parameters<typeof startProxy>[2]) {
  let calls = 0;
  const host = await httpServer(() => {
    calls += 1;
  });
  const proxy = await startProxy(site, toLoopback('site.example', 80, host.port), bounds);
  return { ...proxy, calls: () => calls };
}

describe('the limits of the proxy', () => {
  it('refuse a call more than a host may have, and none to another', async () => {
    const host = await httpServer((_request, response) => response.end('content'));
    const dialer = {
      overrides: new Map([
        ['hangs.example:7000', { host: '127.0.0.1', port: await echoServer() }],
        ['site.example:80', { host: '127.0.0.1', port: host.port }],
      ]),
    };
    const entries = [
      { host: 'hangs.example', port: 7000 },
      { host: 'site.example', port: 80 },
    ];
    const { port, sidecar } = await startProxy(entries, dialer, { callsOfTarget: 2 });
    const target = 'hangs.example:7000';
    const head = `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
    for (let call = 0; call < 2; call += 1) {
      const open = connect(port, '127.0.0.1');
      onTestFinished(() => void open.destroy());
      open.write(head);
      await once(open, 'data');
    }
    const refused = await exchangeRaw(port, head);
    expect(refused).toContain('x-kars-code: KARS_OVERLOADED');
    expect(refused).toContain('2 connections to hangs.example:7000 are open');
    const get =
      'GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n';
    expect(await exchangeRaw(port, get)).toContain('content');
    expect((await sidecar.audited()).map(({ code }) => code)).toEqual([
      '',
      '',
      'KARS_OVERLOADED',
      '',
    ]);
  });

  it('refuse a call more than it may have connections to hosts', async () => {
    const { port, sidecar, calls } = await startSilent({ calls: 2 });
    const open = connect(port, '127.0.0.1');
    open.write(GET + GET);
    await expect.poll(calls).toBe(2);
    const answer = await exchangeRaw(port, CLOSING);
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toContain('x-kars-code: KARS_OVERLOADED');
    expect((await sidecar.audited()).map(({ code }) => code).sort()).toEqual([
      '',
      '',
      'KARS_OVERLOADED',
    ]);
    open.destroy();
  });

  it('give back the place of a connection that has ended', async () => {
    const tunnel = [{ host: 'echo.example', port: 7000 }];
    const dialer = toLoopback('echo.example', 7000, await echoServer());
    const { port } = await startProxy(tunnel, dialer, { calls: 1 });
    for (let round = 0; round < 3; round += 1) {
      const request = 'CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example:7000\r\n\r\nhello';
      expect(await exchangeRaw(port, request, true)).toContain('hello');
    }
  });

  it('answer a request too many behind those that wait, and no further one', async () => {
    const held: ServerResponse[] = [];
    const host = await httpServer((_request, response) => void held.push(response));
    const dialer = toLoopback('site.example', 80, host.port);
    const { port, sidecar } = await startProxy(site, dialer, { pipelinedRequests: 3 });
    const answer = exchangeRaw(port, GET.repeat(10));
    await expect.poll(() => held.length).toBe(3);
    for (const response of held) response.end('content');
    expect((await answer).match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 503',
    ]);
    expect(held).toHaveLength(3);
    expect(await sidecar.audited()).toContainEqual(
      expect.objectContaining({
        code: 'KARS_OVERLOADED',
        reason: '3 requests of the connection wait for their answers',
      }),
    );
  });

  it('answer a request whose host says nothing for too long', async () => {
    const { port, sidecar } = await startSilent({ idleMilliseconds: 200 });
    const answer = await exchangeRaw(port, CLOSING);
    expect(answer).toMatch(/^HTTP\/1\.1 504 /);
    expect(answer).toContain('x-kars-code: KARS_EGRESS_TIME_EXCEEDED');
    expect(answer).toContain('no byte came or went for 0.2 seconds');
    await expect
      .poll(() => sidecar.auditedEnds())
      .toMatchObject([
        { surface: 'http-closed', decision: 'deny', code: 'KARS_EGRESS_TIME_EXCEEDED' },
      ]);
  });

  it('end a connection without a byte, its first request or a later one', async () => {
    const { port } = await startProxy(
      site,
      {},
      { idleMilliseconds: 500, keepAliveMilliseconds: 500 },
    );
    const unfinished = EVIL.replace('\r\n\r\n', '\r\nContent-Length: 5\r\n\r\n');
    expect(await exchangeRaw(port, '')).toBe('');
    expect(await exchangeRaw(port, unfinished)).toContain('403');
    expect(await exchangeRaw(port, EVIL + unfinished)).toMatch(/403[^]*403/);
  });

  it('answer headers that do not end', async () => {
    const { port, sidecar } = await startProxy(site, {}, { headerMilliseconds: 20 });
    for (const begun of ['GET http://site.example/ HTTP/1.1\r\nHost: site', '']) {
      expect(await exchangeRaw(port, begun)).toContain('x-kars-code: KARS_REQUEST_INVALID');
    }
    expect(await sidecar.audited()).toMatchObject([{ decision: 'deny', target: 'unreadable' }]);
  });

  it('answer the connections past their number', async () => {
    const { port, sidecar } = await startProxy(site, {}, { connections: 1 });
    const open = connect(port, '127.0.0.1');
    open.write(EVIL);
    await new Promise((resolve) => open.once('data', resolve));
    const refused = await Promise.all(Array.from({ length: 20 }, () => exchangeRaw(port, EVIL)));
    for (const answer of refused) {
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toContain('1 connections of the agent are open');
    }
    open.destroy();
    await once(open, 'close');
    await expect.poll(() => exchangeRaw(port, `${EVIL}nonsense\r\n\r\n`)).toContain('403');
    expect((await sidecar.audited()).filter(({ code }) => code === 'KARS_OVERLOADED')).toHaveLength(
      1,
    );
  });

  it('reset the connections past the number of those that are told so', async () => {
    const { port, sidecar } = await startProxy(site, {}, { connections: 0 });
    const told = Array.from({ length: 64 }, () => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      onTestFinished(() => void socket.destroy());
      return once(socket, 'data');
    });
    await Promise.all(told);
    await expect(exchangeRaw(port, EVIL)).rejects.toThrow('ECONNRESET');
    expect(await sidecar.audited()).toMatchObject([{ code: 'KARS_OVERLOADED' }]);
  });
});

it('a client that has gone takes the connection to a host that says nothing with it', async () => {
  const ended = Promise.withResolvers<undefined>();
  const host = await httpServer((request) => {
    request.socket.once('close', () => ended.resolve(undefined));
  });
  const { port } = await startProxy(site, toLoopback('site.example', 80, host.port));
  const client = connect(port, '127.0.0.1');
  client.write(GET, () => setTimeout(() => client.destroy(), 50));
  await ended.promise;
});

it('a malformed request behind one that is under way is no answer to that one', async () => {
  const { port, sidecar, calls } = await startSilent({});
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.write(GET);
  await expect.poll(calls).toBe(1);
  socket.write('nonsense\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(answer).toBe('');
  expect((await sidecar.audited()).map(({ code }) => code)).toEqual(['', 'KARS_REQUEST_INVALID']);
});

it('HTTP/2 by prior knowledge is no request', async () => {
  const { port } = await startProxy(site);
  const answer = await exchangeRaw(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  expect(answer).toContain('x-kars-code: KARS_REQUEST_INVALID');
});

it('a request that cannot be read to its end has its refusal, however late that is recorded', async () => {
  const { port, sidecar } = await startProxy(site);
  const { recorder } = sidecar;
  const decided = recorder.decidedOrDeny.bind(recorder);
  vi.spyOn(recorder, 'decidedOrDeny').mockImplementationOnce(async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return decided(call);
  });
  const answer = await exchangeRaw(
    port,
    'POST http://site.example/ HTTP/1.1\r\nHost: site.example\r\nTransfer-Encoding: xchunked\r\n\r\nhello',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});
