import { describe, expect, it } from 'vitest';
import type { EgressEntry } from 'kars-constructs/contract';
import type { ResolvedAddress } from '../../../../runtime/service/name-resolver.ts';
import { writeDocuments } from '../../../support/documents.ts';
import { startProxy, toLoopback } from '../support.ts';
import { answer, Client, scriptedHost, type Script } from './scripted-host.ts';

const listed: EgressEntry[] = [{ host: 'site.example', port: 80 }];

const END = '\r\n\r\n';

/** Says on which connection a request came, and as which of it. */
const told: Script = ({ socket, connection, request }) =>
  socket.write(answer(`connection ${connection} request ${request}.`));

const start = async (
  script = told,
  entries = listed,
  bounds: Parameters<typeof startProxy>[2] = {},
) => {
  const host = await scriptedHost(script);
  const proxy = await startProxy(entries, toLoopback('site.example', 80, host.port), bounds);
  return { host, ...proxy };
};

describe('a connection to a host', () => {
  it('carries one request of a client connection after the other, each decided and recorded', async () => {
    const { port, sidecar } = await start();
    const client = new Client(port);
    for (const request of [0, 1, 2]) {
      expect(await client.ask(`/${request}`, '.')).toContain(`connection 0 request ${request}.`);
    }
    expect(await sidecar.audited()).toHaveLength(3);
    await expect.poll(() => sidecar.auditedEnds()).toHaveLength(3);
    const ends = await sidecar.auditedEnds();
    expect(ends.map(({ surface, reason }) => `${surface} ${reason}`)).toEqual(
      Array.from({ length: 3 }, () => 'http-closed answered'),
    );
    const [first, second] = ends.map(({ traffic }) => traffic);
    expect(first?.received).toBe(second?.received);
    expect(first?.sent).toBe(second?.sent);
  });

  it.each([
    ['HEAD', () => 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'],
    ['GET', () => 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', () => 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n'],
    ['OPTIONS', () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'],
    ['GET', () => answer('', 'Keep-Alive: timeout=60\r\n')],
  ])('carries %s behind %s', async (method, bytes) => {
    const { host, port } = await start(({ socket }) => socket.write(bytes()));
    const client = new Client(port);
    for (const path of ['/1', '/2']) await client.ask(path, END, { method });
    await expect
      .poll(() => host.seen)
      .toEqual([[`${method} /1 HTTP/1.1`, `${method} /2 HTTP/1.1`]]);
  });

  it('carries an answer in many pieces', async () => {
    const { host, port } = await start(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 200001\r\n\r\n');
      for (let piece = 0; piece < 20; piece += 1) socket.write('x'.repeat(10_000));
      socket.write('.');
    });
    const client = new Client(port);
    for (const path of ['/1', '/2'])
      expect((await client.ask(path, 'x.')).length).toBeGreaterThan(200_000);
    expect(host.seen).toHaveLength(1);
  });

  it('is that of one client connection only, and ends with it', async () => {
    const { host, port } = await start();
    const [one, other] = [new Client(port), new Client(port)];
    expect(await one.ask('/', '.')).toContain('connection 0 request 0.');
    expect(await other.ask('/', '.')).toContain('connection 1 request 0.');
    one.close();
    await expect.poll(host.open).toBe(1);
    expect(await other.ask('/', '.')).toContain('connection 1 request 1.');
  });

  it('does not carry a request that is denied', async () => {
    const entries = [
      { ...listed[0], host: 'site.example', port: 80, http: { pathPrefixes: ['/a'] } },
    ];
    const { host, port, sidecar } = await start(told, entries);
    const client = new Client(port);
    await client.ask('/a', '.');
    expect(await client.ask('/b', END)).toContain('KARS_EGRESS_REQUEST_NOT_ALLOWED');
    expect(host.seen).toEqual([['GET /a HTTP/1.1']]);
    expect((await sidecar.audited()).map(({ decision }) => decision)).toEqual(['allow', 'deny']);
  });

  it('does not carry a request that cannot be recorded', async () => {
    const { host, port, sidecar } = await start();
    const client = new Client(port);
    await client.ask('/1', '.');
    await expect.poll(() => sidecar.auditedEnds()).toHaveLength(1);
    await sidecar.closeAudit();
    expect(await client.ask('/2', END)).toContain('KARS_AUDIT_UNAVAILABLE');
    expect(host.seen).toEqual([['GET /1 HTTP/1.1']]);
  });

  it('is closed when nothing is asked for a while', async () => {
    const { host, port } = await start(told, listed, { kept: { milliseconds: 50 } });
    const client = new Client(port);
    await client.ask('/', '.');
    await expect.poll(host.open).toBe(0);
    expect(await client.ask('/', '.')).toContain('connection 1 request 0.');
  });

  it('is closed at its lifetime, however much it is used', async () => {
    const { port } = await start(told, listed, { lifetimeMilliseconds: 100 });
    const client = new Client(port);
    const ask = (): Promise<string> => client.ask('/', '.');
    await expect.poll(ask, { interval: 10 }).toContain('connection 1');
  });

  it('is given up for one to another host, and when there are too many', async () => {
    const hosts = await Promise.all(['a', 'b', 'c'].map(async (name) => ({ name: `${name}.example`, host: await scriptedHost(told) }))); // prettier-ignore
    const overrides = new Map(hosts.map(({ name, host }) => [`${name}:80`, { host: '127.0.0.1', port: host.port }])); // prettier-ignore
    const entries = hosts.map(({ name }) => ({ host: name, port: 80 }));
    const { port } = await startProxy(entries, { overrides }, { kept: { ofClient: 2, all: 3 } });
    const client = new Client(port);
    for (const { name } of hosts) await client.ask('/', '.', { host: name });
    await expect.poll(() => hosts.map(({ host }) => host.open())).toEqual([0, 1, 1]);
    const other = new Client(port);
    for (const { name } of hosts.slice(0, 2)) await other.ask('/', '.', { host: name });
    await expect.poll(() => hosts.map(({ host }) => host.open())).toEqual([1, 1, 1]);
  });
});

describe('another policy', () => {
  it.each([
    [
      'that still allows the host',
      [...listed, { host: 'other.example', port: 80 }],
      '1 request 0.',
    ],
    ['that does not', [{ host: 'other.example', port: 80 }], 'KARS_EGRESS_NOT_ALLOWED'],
  ])('%s closes what is kept', async (_what, entries, then) => {
    const { host, port, sidecar } = await start();
    const client = new Client(port);
    await client.ask('/', '.');
    writeDocuments(sidecar.directory, { 'egress-allowlist': { entries } });
    await sidecar.documents.reload();
    await expect.poll(host.open).toBe(0);
    expect(await client.ask('/', '.')).toContain(then);
  });

  it('that comes during a request lets nothing follow on its connection', async () => {
    const { promise: isSwapped, resolve: swapped } = Promise.withResolvers<true>();
    const { host, port, sidecar } = await start((call) => void isSwapped.then(() => told(call)));
    const client = new Client(port);
    const first = client.ask('/1', '.');
    await expect.poll(() => host.seen[0]).toHaveLength(1);
    writeDocuments(sidecar.directory, { 'egress-allowlist': { entries: [...listed, { host: 'other.example', port: 80 }] } }); // prettier-ignore
    await sidecar.documents.reload();
    swapped(true);
    expect(await first).toContain('connection 0 request 0.');
    expect(await client.ask('/2', '.')).toContain('connection 1 request 0.');
  });
});

describe('a name', () => {
  const at = (address: string): ResolvedAddress[] => [{ address, family: 4 }];

  async function rebound(then: ResolvedAddress[]) {
    const [one, other] = [await scriptedHost(told), await scriptedHost(told, '127.0.0.2')];
    let addresses = at('127.0.0.1');
    const { port } = await startProxy([{ host: 'site.example', port: one.port }], {
      resolve: () => Promise.resolve(addresses),
      forbidden: (address) => (address === '127.0.0.9' ? 'metadata' : undefined),
    });
    const client = new Client(port);
    const host = `site.example:${one.port}`;
    await client.ask('/1', '.', { host });
    addresses = then;
    const text = await client.ask('/2', END, { host });
    return { text, one, other };
  }

  it('that still has the address is asked there', async () => {
    const { one } = await rebound([...at('127.0.0.2'), ...at('127.0.0.1')]);
    expect(one.seen).toEqual([['GET /1 HTTP/1.1', 'GET /2 HTTP/1.1']]);
  });

  it('that has another one is not asked at the first', async () => {
    const { one, text } = await rebound(at('127.0.0.3'));
    expect(text).toContain('KARS_EGRESS_CONNECT_FAILED');
    expect(one.seen).toEqual([['GET /1 HTTP/1.1']]);
    await expect.poll(one.open).toBe(0);
  });

  it.each([
    [
      'a forbidden one besides',
      [...at('127.0.0.1'), ...at('127.0.0.9')],
      'KARS_EGRESS_ADDRESS_FORBIDDEN',
    ],
    ['none', [], 'KARS_EGRESS_RESOLVE_FAILED'],
  ])('that has %s is asked no more', async (_what, addresses, code) => {
    const { one, text } = await rebound(addresses);
    expect(text).toContain(code);
    expect(one.seen).toEqual([['GET /1 HTTP/1.1']]);
  });
});

it('a request is decided and sent once more when its host closes what it has kept', async () => {
  const { host, port, sidecar } = await start((call) => {
    if (call.connection === 0 && call.request === 1) call.socket.destroy();
    else told(call);
  });
  const client = new Client(port);
  await client.ask('/1', '.');
  expect(await client.ask('/2', '.')).toContain('connection 1 request 0.');
  expect(host.seen).toEqual([['GET /1 HTTP/1.1', 'GET /2 HTTP/1.1'], ['GET /2 HTTP/1.1']]);
  expect(await sidecar.audited()).toHaveLength(3);
});

it('a request is not sent a second time on a connection of its own', async () => {
  const { host, port } = await start(({ socket }) => socket.destroy());
  expect(await new Client(port).ask('/1', END)).toContain('KARS_EGRESS_CONNECT_FAILED');
  expect(host.seen).toEqual([['GET /1 HTTP/1.1']]);
});
