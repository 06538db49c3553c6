import { expect, it } from 'vitest';
import { echoServer, exchangeRaw, httpServer } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

it('the end of a tunnel is audited behind its decision, with what it carried', async () => {
  const target = await echoServer();
  const { port, sidecar } = await startProxy(
    [{ host: 'echo.example', port: 7000 }],
    toLoopback('echo.example', 7000, target),
  );
  const request = 'CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example:7000\r\n\r\n';
  expect(await exchangeRaw(port, `${request}twelve bytes`, true)).toContain('twelve bytes');
  await expect.poll(() => sidecar.auditedEnds()).toHaveLength(1);
  const [decided] = await sidecar.audited();
  const [ended] = await sidecar.auditedEnds();
  expect(decided).toMatchObject({ seq: 0, surface: 'connect', decision: 'allow' });
  expect(ended).toMatchObject({
    seq: 1,
    surface: 'connect-closed',
    target: 'echo.example:7000',
    rule: decided?.rule,
    traffic: { sent: 12, received: 12 },
  });
  expect(sidecar.logged.join()).toContain('"event":"closed"');
});

it('the end of a request is audited, and a denied one has none', async () => {
  const host = await httpServer((_request, response) => response.end('content'));
  const { port, sidecar } = await startProxy(
    [{ host: 'site.example', port: 80 }],
    toLoopback('site.example', 80, host.port),
  );
  const get = (name: string): string =>
    `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;
  expect(await exchangeRaw(port, get('evil.example'))).toContain('403');
  expect(await exchangeRaw(port, get('site.example'))).toContain('content');
  await expect.poll(() => sidecar.auditedEnds()).toHaveLength(1);
  const [ended] = await sidecar.auditedEnds();
  expect(ended).toMatchObject({ surface: 'http-closed', target: 'site.example:80' });
});

it.each([
  ['has been open for too long', { lifetimeMilliseconds: 50 }, '0.05 seconds are the longest'],
  [
    'carries nothing for too long',
    { idleMilliseconds: 50 },
    'no byte came or went for 0.05 seconds',
  ],
])('a tunnel is closed when it %s, and the audit log says so', async (_what, bounds, why) => {
  const target = await echoServer();
  const { port, sidecar } = await startProxy(
    [{ host: 'echo.example', port: 7000 }],
    toLoopback('echo.example', 7000, target),
    bounds,
  );
  const request = 'CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example:7000\r\n\r\n';
  expect(await exchangeRaw(port, request)).toContain('200');
  await expect.poll(() => sidecar.auditedEnds()).toHaveLength(1);
  const [ended] = await sidecar.auditedEnds();
  expect(ended).toMatchObject({ decision: 'deny', code: 'KARS_EGRESS_TIME_EXCEEDED' });
  expect(ended?.reason).toContain(why);
});
