import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EgressEntry } from 'kars-constructs/contract';
import { writeDocuments } from '../../support/documents.ts';
import { echoServer, exchangeRaw, httpServer } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

const listed: EgressEntry[] = [{ host: 'echo.example', port: 7000 }];

type Proxy = Awaited<ReturnType<typeof startProxy>>;

async function openTunnel({ port }: Proxy): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
  });
  client.write('CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example\r\n\r\n');
  await once(client, 'data');
  return client;
}

async function swap({ sidecar }: Proxy, entries: EgressEntry[]): Promise<void> {
  writeDocuments(sidecar.directory, { 'egress-allowlist': { entries } });
  await sidecar.documents.reload();
}

const closed = async (client: Socket): Promise<true> => {
  if (!client.closed) await once(client.resume(), 'close');
  return true;
};

describe('a connection that a new policy', () => {
  it('does not allow is closed, and both decisions are audited', async () => {
    const proxy = await startProxy(listed, toLoopback('echo.example', 7000, await echoServer()));
    const client = await openTunnel(proxy);
    await swap(proxy, [{ host: 'other.example', port: 7000 }]);
    expect(await closed(client)).toBe(true);
    await expect
      .poll(async () =>
        (await proxy.sidecar.audited()).map(({ decision, code }) => [decision, code]),
      )
      .toEqual([
        ['allow', ''],
        ['deny', 'KARS_EGRESS_NOT_ALLOWED'],
      ]);
  });

  it('still allows goes on', async () => {
    const proxy = await startProxy(listed, toLoopback('echo.example', 7000, await echoServer()));
    const client = await openTunnel(proxy);
    await swap(proxy, [...listed, { host: 'other.example', port: 7000 }]);
    client.write('still here');
    const [chunk] = (await once(client, 'data')) as [Buffer];
    expect(String(chunk)).toBe('still here');
    expect(await proxy.sidecar.audited()).toHaveLength(1);
  });

  it('allows for another protocol is closed, as nobody has looked into it', async () => {
    const proxy = await startProxy(listed, toLoopback('echo.example', 7000, await echoServer()));
    const client = await openTunnel(proxy);
    await swap(proxy, [{ host: 'echo.example', port: 7000, protocol: 'tls' }]);
    expect(await closed(client)).toBe(true);
    await expect
      .poll(async () => (await proxy.sidecar.audited()).at(-1)?.code)
      .toBe('KARS_EGRESS_PROTOCOL_MISMATCH');
  });

  it('has no request like that of is closed while its answer comes', async () => {
    const { port: target } = await httpServer((_incoming, response) => {
      response.write('a part');
    });
    const proxy = await startProxy(
      [{ host: 'site.example', port: 80 }],
      toLoopback('site.example', 80, target),
    );
    const client = connect(proxy.port, '127.0.0.1');
    client.write('GET http://site.example/a HTTP/1.1\r\nHost: site.example\r\n\r\n');
    await once(client, 'data');
    await swap(proxy, [{ host: 'site.example', port: 80, http: { methods: ['POST'] } }]);
    expect(await closed(client)).toBe(true);
    await expect
      .poll(async () => (await proxy.sidecar.audited()).at(-1)?.code)
      .toBe('KARS_EGRESS_REQUEST_NOT_ALLOWED');
  });

  it('stays when the new set is refused', async () => {
    const proxy = await startProxy(listed, toLoopback('echo.example', 7000, await echoServer()));
    const client = await openTunnel(proxy);
    await swap(proxy, [{ host: '*.com', port: 7000 }]);
    client.write('still here');
    const [chunk] = (await once(client, 'data')) as [Buffer];
    expect(String(chunk)).toBe('still here');
  });
});

it('a connection that is just being made is decided by the policy that comes meanwhile', async () => {
  const target = await echoServer();
  const [asked, answer] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
  const proxy = await startProxy([{ host: 'echo.example', port: target }], {
    resolve: async () => {
      asked.resolve(null);
      await answer.promise;
      return [{ address: '127.0.0.1', family: 4 }];
    },
    forbidden: () => undefined,
  });
  const client = connect(proxy.port, '127.0.0.1');
  client.write(`CONNECT echo.example:${target} HTTP/1.1\r\nHost: echo.example\r\n\r\n`);
  await asked.promise;
  await swap(proxy, [{ host: 'other.example', port: target }]);
  answer.resolve(null);
  const [bytes] = (await once(client, 'data')) as [Buffer];
  expect(String(bytes)).toMatch(/^HTTP\/1\.1 403 /);
});

it('a request whose connection is closed while it is recorded is answered', async () => {
  const { port: target } = await httpServer((_incoming, response) => response.end('content'));
  const proxy = await startProxy(
    [{ host: 'site.example', port: 80 }],
    toLoopback('site.example', 80, target),
  );
  const { recorder } = proxy.sidecar;
  const decided = recorder.decided.bind(recorder);
  let isFirst = true;
  recorder.decided = async (call) => {
    await decided(call);
    if (!isFirst) return;
    isFirst = false;
    await swap(proxy, []);
  };
  const answer = await exchangeRaw(
    proxy.port,
    'GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toContain('x-kars-code: KARS_EGRESS_NOT_ALLOWED');
});
