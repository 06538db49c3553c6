import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { egressProxyOptions, type EgressAllowlistPayload } from 'kars-constructs/contract';
import { BytesOfTargets } from '../../../runtime/egress-proxy/bytes-of-targets.ts';
import { readLimits } from '../../../runtime/egress-proxy/read-limits.ts';
import { readArguments } from '../../../runtime/service/arguments.ts';
import { echoServer, exchangeRaw, httpServer, portOf } from '../../support/servers.ts';
import { prepare, start } from './process.ts';
import { startProxy, toLoopback } from './support.ts';
import { writeDocuments } from '../../support/documents.ts';

const read = (...args: readonly string[]) =>
  readLimits(
    readArguments('egress-proxy', egressProxyOptions, [
      '--sandbox=reader',
      '--status-host=127.0.0.1',
      ...args,
    ]).own,
  );

describe('the limits of a process', () => {
  it.each([
    '--limit-connections=0',
    '--limit-calls=8193',
    '--limit-calls-of-target=',
    '--limit-header-bytes=1e3',
    '--limit-idle-seconds=-1',
    '--limit-lifetime-seconds=2073601',
    '--limit-dns-queries-per-second=many',
    '--limit-bytes-of-target=100',
    '--limit-bytes-of-target=0/60',
    '--limit-bytes-of-target=100/0',
    '--limit-bytes-of-target=100/2678401',
  ])('are refused with %s', (argument) => {
    expect(() => read(argument)).toThrow(`got ${argument.split('=')[0] ?? ''}=`);
  });

  it('are the standard ones where nothing is said', () => {
    const { bounds, dns, bytesOfTarget } = read();
    expect(bounds).toMatchObject({ connections: 1024, calls: 1024, callsOfTarget: 256 });
    expect(bounds).toMatchObject({ headerBytes: 16_384, idleMilliseconds: 300_000 });
    expect(dns.queriesPerSecond).toBe(500);
    expect(bytesOfTarget).toBeUndefined();
  });

  it('are what the arguments say, each by itself', () => {
    const { bounds, dns, bytesOfTarget } = read(
      '--limit-connections=2',
      '--limit-calls=3',
      '--limit-calls-of-target=4',
      '--limit-header-bytes=5',
      '--limit-header-seconds=6',
      '--limit-hello-seconds=7',
      '--limit-resolve-seconds=8',
      '--limit-connect-seconds=9',
      '--limit-idle-seconds=10',
      '--limit-lifetime-seconds=11',
      '--limit-dns-queries-per-second=12',
      '--limit-bytes-of-target=13/14',
    );
    expect(bounds).toMatchObject({
      connections: 2,
      calls: 3,
      callsOfTarget: 4,
      headerBytes: 5,
      headerMilliseconds: 6000,
      helloMilliseconds: 7000,
      resolveMilliseconds: 8000,
      connectMilliseconds: 9000,
      idleMilliseconds: 10_000,
      lifetimeMilliseconds: 11_000,
    });
    expect(dns.queriesPerSecond).toBe(12);
    expect(bytesOfTarget).toEqual({ bytes: 13, seconds: 14 });
  });

  it('hold in the process', async () => {
    const place = await prepare();
    const entries = [{ host: 'site.example', port: 80 }];
    writeDocuments(place.documents, { 'egress-allowlist': { entries } });
    const { get, status, records } = await start(
      place,
      '--limit-bytes-of-target=400/3600',
      '--limit-header-bytes=1024',
    );
    expect(await get('http://site.example/')).toBe(200);
    expect(await get(`http://site.example/${'a'.repeat(1024)}`)).toBe(413);
    await expect.poll(() => get('http://site.example/')).toBe(429);
    expect(await get('http://site.example/')).toBe(429);
    expect(await (await fetch(`${status}/metrics`)).text()).toMatch(
      /kars_egress_closed_total\{code="KARS_EGRESS_BYTES_EXCEEDED"\} [1-9]/,
    );
    expect(records).toContainEqual(
      expect.objectContaining({ event: 'decision', code: 'KARS_EGRESS_BYTES_EXCEEDED' }),
    );
  });
});

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };
const allowlist: EgressAllowlistPayload = {
  entries: [
    { host: '*.example.com', port: 443 },
    { host: 'api.example.com', port: 443 },
  ],
};

/** Bytes by a clock that the test sets. */
function counting(most?: number) {
  let now = 0;
  const bytes = new BytesOfTargets({ bytes: 100, seconds: 60 }, () => now, most);
  const of = (host: string, learning?: { until: string; ports: number[] }) =>
    bytes.of({ host, port: 443 }, { source, allowlist, ...(learning && { learning }) });
  return { of, pass: (milliseconds: number) => (now += milliseconds) };
}

describe('bytes of a target', () => {
  it('are refused past the limit until the window ends, also where some were left', () => {
    const { of, pass } = counting();
    const api = of('api.example.com');
    expect(api.meter(90)).toBeUndefined();
    expect(api.meter(11)?.message).toContain('api.example.com:443 may carry 100 bytes in 60 sec');
    expect(api.meter(1)).toBeDefined();
    expect(of('api.example.com').refusal?.code).toBe('KARS_EGRESS_BYTES_EXCEEDED');
    pass(59_999);
    expect(of('api.example.com').refusal).toBeDefined();
    pass(1);
    expect(of('api.example.com').refusal).toBeUndefined();
    expect(api.meter(100)).toBeUndefined();
    expect(api.meter(1)).toBeDefined();
  });

  it('are those of all names below a suffix together, and of no other entry', () => {
    const { of } = counting();
    expect(of('a.example.com').meter(60)).toBeUndefined();
    expect(of('b.example.com').meter(60)).toBeDefined();
    expect(of('c.example.com').refusal).toBeDefined();
    expect(of('api.example.com').refusal).toBeUndefined();
  });

  it('are shared by whatever is learned past the entries that are told apart', () => {
    const learning = { until: '2026-01-31T10:00:00Z', ports: [443] };
    const { of, pass } = counting(3);
    const one = (host: string) => of(host, learning);
    for (const host of ['a.test', 'b.test', 'c.test']) expect(one(host).meter(60)).toBeUndefined();
    expect(one('d.test').meter(60)).toBeUndefined();
    expect(one('e.test').meter(60)).toBeDefined();
    expect(one('a.test').refusal).toBeUndefined();
    pass(60_000);
    expect(one('e.test').refusal).toBeUndefined();
    expect(one('e.test').meter(60)).toBeUndefined();
    expect(one('f.test').meter(60)).toBeUndefined();
  });
});

describe('a target with bytes left', () => {
  const entry = [{ host: 'echo.example', port: 7000 }];
  const CONNECT = 'CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example:7000\r\n\r\n';
  const bounded = async (target: number, bytes: number, entries = entry) => {
    const [{ host, port } = { host: '', port: 0 }] = entries;
    const dialer = toLoopback(host, port, target);
    const bytesOfTarget = { bytes, seconds: 3600 };
    return startProxy(entries, dialer, {}, undefined, {}, { bytesOfTarget });
  };

  it('carries to the last of them, and is then refused', async () => {
    const { port, sidecar } = await bounded(await echoServer(), 20);
    expect(await exchangeRaw(port, `${CONNECT}ten bytes!`, true)).toContain('ten bytes!');
    expect(await exchangeRaw(port, `${CONNECT}1`, true).catch(() => '')).not.toMatch(/\r\n\r\n1/);
    const refused = await exchangeRaw(port, CONNECT, true);
    expect(refused).toMatch(/^HTTP\/1\.1 429 /);
    expect(refused).toContain('x-kars-code: KARS_EGRESS_BYTES_EXCEEDED');
    await expect.poll(() => sidecar.auditedEnds()).toHaveLength(2);
    expect(await sidecar.auditedEnds()).toMatchObject([
      { decision: 'allow', traffic: { sent: 10, received: 10 } },
      { decision: 'deny', code: 'KARS_EGRESS_BYTES_EXCEEDED', traffic: { received: 0 } },
    ]);
    expect((await sidecar.audited()).at(-1)).toMatchObject({
      surface: 'connect',
      target: 'echo.example:7000',
      code: 'KARS_EGRESS_BYTES_EXCEEDED',
    });
  });

  it('sends no byte more to a host, however fast they come', async () => {
    let received = 0;
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => (received += chunk.length));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const most = 1_000_000;
    const { port, sidecar } = await bounded(portOf(server), most);
    const client = connect(port, '127.0.0.1');
    client.on('error', () => client.destroy());
    client.write(CONNECT);
    await once(client, 'data');
    const flood = Buffer.alloc(65_536);
    const more = (): void => {
      while (client.writable && client.write(flood));
    };
    client.on('drain', more);
    more();
    await new Promise((resolve) => client.once('close', resolve));
    await expect.poll(() => sidecar.auditedEnds()).toHaveLength(1);
    expect(received).toBeLessThanOrEqual(most);
    expect(received).toBeGreaterThan(0);
  });

  it('takes no more from a host, and says so where no answer has begun', async () => {
    const host = await httpServer((_request, response) => response.end('a'.repeat(100_000)));
    const entries = [{ host: 'site.example', port: 80 }];
    const { port } = await bounded(host.port, 50, entries);
    const get =
      'GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n';
    const answer = await exchangeRaw(port, get);
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).not.toContain('aaa');
  });
});
