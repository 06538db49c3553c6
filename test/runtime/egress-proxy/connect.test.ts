import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { specialPurpose } from 'kars-constructs/contract';
import { systemDialer } from '../../../runtime/egress-proxy/dial.ts';
import type { ResolvedAddress } from '../../../runtime/service/name-resolver.ts';
import { ownAddresses } from '../../../runtime/service/own-addresses.ts';
import { writeDocuments } from '../../support/documents.ts';
import { echoServer, exchangeRaw, portOf } from '../../support/servers.ts';
import { startProxy, toLoopback } from './support.ts';

const listed = [{ host: 'echo.example', port: 7000 }];

const ranges = [
  { cidr: '10.20.0.0/28', port: 7000 },
  { cidr: 'fd12::/64', port: 7000 },
];

const OWN = '10.20.0.5';

/** A pod with this address besides loopback. */
const podWith = (address: string) => () => ({
  lo: [{ address: '127.0.0.1' }],
  eth0: [{ address }],
});

const connectTo = (authority: string, payload = ''): string =>
  `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${payload}`;

const statusOf = (answer: string): string => answer.split(' ')[1] ?? '';

const bodyOf = (answer: string): unknown => JSON.parse(answer.split('\r\n\r\n')[1] ?? '');

describe('CONNECT', () => {
  it('carries bytes both ways, those sent along with the request included, to the last one', async () => {
    const { port } = await startProxy(listed, toLoopback('echo.example', 7000, await echoServer()));
    const answer = await exchangeRaw(port, connectTo('echo.example:7000', 'hello'), true);
    expect(answer).toBe('HTTP/1.1 200 Connection Established\r\n\r\nhello');
  });

  it('is refused for what is not listed, with code, rule and cure, and audited', async () => {
    const { port, sidecar } = await startProxy(listed);
    const answer = await exchangeRaw(port, connectTo('evil.example:443'), true);
    expect(statusOf(answer)).toBe('403');
    expect(answer).toContain('x-kars-code: KARS_EGRESS_NOT_ALLOWED');
    expect(bodyOf(answer)).toEqual({
      error: {
        code: 'KARS_EGRESS_NOT_ALLOWED',
        reason: 'no entry names evil.example port 443',
        rule: 'KarsSandbox agents/reader egress',
        cure: 'add { host: "evil.example", port: 443 } to the egress of KarsSandbox agents/reader',
      },
    });
    expect(await sidecar.audited()).toMatchObject([
      { surface: 'connect', target: 'evil.example:443', decision: 'deny', sandbox: 'reader' },
    ]);
    expect(sidecar.logged.join('')).toContain('"decision":"deny"');
  });

  it('is refused with the reason in the status line, of which many clients print nothing else', async () => {
    const { port } = await startProxy(listed);
    const lineFor = async (authority: string): Promise<string> =>
      (await exchangeRaw(port, connectTo(authority), true)).split('\r\n')[0] ?? '';
    expect(await lineFor('evil.example:443')).toBe(
      'HTTP/1.1 403 Forbidden, KARS_EGRESS_NOT_ALLOWED: no entry names evil.example port 443',
    );
    const long = await lineFor(`${'evil.'.repeat(200)}example:443`);
    expect(long).toMatch(/^HTTP\/1\.1 403 Forbidden, KARS_EGRESS_NAME_INVALID: got [ -~]+$/);
    expect(long.length).toBeLessThan(400);
  });

  it.each([
    ['nothing', undefined, 'application/json'],
    ['anything', '*/*', 'application/json'],
    ['JSON before text', 'text/plain;q=0.5, application/json', 'application/json'],
    ['what there is not', 'image/png', 'application/json'],
    ['text', 'text/plain', 'text/plain; charset=utf-8'],
    ['what browsers do', 'text/html,application/xml;q=0.9,*/*;q=0.8', 'text/plain; charset=utf-8'],
  ])('is refused for whoever accepts %s in a form of theirs', async (_what, accept, type) => {
    const { port } = await startProxy(listed);
    const field = accept === undefined ? '' : `Accept: ${accept}\r\n`;
    const answer = await exchangeRaw(
      port,
      `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n${field}\r\n`,
      true,
    );
    expect(answer).toContain(`content-type: ${type}\r\n`);
    expect(answer).toContain('x-kars-rule: KarsSandbox agents/reader egress\r\n');
    if (type.startsWith('text')) {
      expect(answer).toContain('\r\n\r\nKARS_EGRESS_NOT_ALLOWED: no entry names evil.example');
    }
  });

  it('is refused without a document set', async () => {
    const { port } = await startProxy(undefined);
    const answer = await exchangeRaw(port, connectTo('echo.example:7000'), true);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'KARS_POLICY_UNAVAILABLE' } });
  });

  it.each([
    'echo.example',
    'echo.example:0',
    'echo.example:65536',
    'echo.example:7000/',
    'user@echo.example:7000',
    '127.0.0.1:0',
    '[::1%eth0]:7000',
    '0x7f.1:7000',
    '2130706433:7000',
    '*.example:7000',
    '%65cho.example:7000',
  ])('is refused for the target %s, which is no host name with a port', async (authority) => {
    const { port } = await startProxy([{ host: 'echo.example', port: 7000 }]);
    const answer = await exchangeRaw(port, connectTo(authority), true);
    expect(['400', '403']).toContain(statusOf(answer));
    if (answer.includes('x-kars-code')) expect(answer).toContain('KARS_EGRESS_NAME_INVALID');
  });

  it.each(['ECHO.example:7000', 'echo.example.:7000'])(
    'decides %s in its normal form',
    async (authority) => {
      const { port } = await startProxy(
        listed,
        toLoopback('echo.example', 7000, await echoServer()),
      );
      expect(statusOf(await exchangeRaw(port, connectTo(authority), true))).toBe('200');
    },
  );

  it('follows a policy that changes while it runs', async () => {
    const { port, sidecar } = await startProxy(
      [],
      toLoopback('echo.example', 7000, await echoServer()),
    );
    expect(statusOf(await exchangeRaw(port, connectTo('echo.example:7000'), true))).toBe('403');
    writeDocuments(sidecar.directory, { 'egress-allowlist': { entries: listed } });
    await sidecar.documents.reload();
    expect(statusOf(await exchangeRaw(port, connectTo('echo.example:7000'), true))).toBe('200');
  });
});

describe('CONNECT to an address', () => {
  it.each([
    ['127.0.0.1:7000', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    ['[::1]:7000', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    ['169.254.169.254:80', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    ['[fd00:ec2::254]:80', 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
    ['10.20.0.16:7000', 'KARS_EGRESS_NOT_ALLOWED'],
    ['10.20.0.5:7001', 'KARS_EGRESS_NOT_ALLOWED'],
    ['[fd13::5]:7000', 'KARS_EGRESS_NOT_ALLOWED'],
    ['8.8.8.8:7000', 'KARS_EGRESS_NOT_ALLOWED'],
  ])('is refused for %s, which is in no range', async (authority, code) => {
    const { port, sidecar } = await startProxy(ranges);
    const answer = await exchangeRaw(port, connectTo(authority), true);
    expect(bodyOf(answer)).toMatchObject({ error: { code } });
    expect(await sidecar.audited()).toMatchObject([{ target: authority, code }]);
  });

  it('is refused when the address is one of the pod, even in a range', async () => {
    const { port } = await startProxy(
      ranges,
      systemDialer(new Map(), { interfaces: podWith(OWN) }),
    );
    const answer = await exchangeRaw(port, connectTo(`${OWN}:7000`), true);
    expect(bodyOf(answer)).toMatchObject({
      error: {
        code: 'KARS_EGRESS_ADDRESS_FORBIDDEN',
        reason: `${OWN} has an address that it may not have here (of the pod itself)`,
      },
    });
  });

  it('would be dialled if the pod did not have it', () => {
    const { forbidden } = systemDialer(new Map(), { interfaces: podWith('10.20.0.6') });
    expect(forbidden(OWN, 7000, { entries: ranges })).toBeUndefined();
  });
});

describe('the addresses of the pod', () => {
  it('are those of its interfaces', () => {
    expect(['127.0.0.1', '198.51.100.7'].map(ownAddresses())).toEqual([true, false]);
  });

  it('are told in any spelling', () => {
    const isOwn = ownAddresses(podWith('fd12::5'));
    expect(['fd12:0:0::5', 'FD12::5', 'fd12::6'].map(isOwn)).toEqual([true, true, false]);
  });
});

describe('addresses behind a name', () => {
  const resolvesTo =
    (...addresses: string[]) =>
    (): Promise<readonly ResolvedAddress[]> =>
      Promise.resolve(
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  it.each([
    ['loopback', ['127.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a private address', ['10.0.0.1']],
    ['loopback in IPv6', ['::1']],
    ['loopback as a mapped address', ['::ffff:127.0.0.1']],
    ['a private address behind a public one', ['8.8.8.8', '10.0.0.1']],
  ])('are refused when there is %s among them', async (_what, addresses) => {
    const { port, sidecar } = await startProxy(listed, { resolve: resolvesTo(...addresses) });
    const answer = await exchangeRaw(port, connectTo('echo.example:7000'), true);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'KARS_EGRESS_ADDRESS_FORBIDDEN' } });
    expect(await sidecar.audited()).toMatchObject([{ code: 'KARS_EGRESS_ADDRESS_FORBIDDEN' }]);
  });

  it.each([
    ['in no range', ['10.20.0.16']],
    ['in a range for another port', ['10.21.0.5']],
    ['in a range, and another one in none', ['10.20.0.5', '10.20.0.16']],
    ['in a range, and loopback', ['10.20.0.5', '127.0.0.1']],
  ])('are refused when there is a private one %s', async (_what, addresses) => {
    const entries = [...listed, ...ranges, { cidr: '10.21.0.0/28', port: 443 }];
    const { port } = await startProxy(entries, { resolve: resolvesTo(...addresses) });
    const answer = await exchangeRaw(port, connectTo('echo.example:7000'), true);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'KARS_EGRESS_ADDRESS_FORBIDDEN' } });
  });

  it('are refused for a name without an entry, even when all of them are in a range', async () => {
    const { port } = await startProxy(ranges, { resolve: resolvesTo('10.20.0.5') });
    const answer = await exchangeRaw(port, connectTo('echo.example:7000'), true);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'KARS_EGRESS_NOT_ALLOWED' } });
  });

  it('are reached without that check, which is what keeps loopback out', async () => {
    const target = await echoServer();
    const dialer = { resolve: resolvesTo('127.0.0.1'), forbidden: () => undefined };
    const { port } = await startProxy([{ host: 'echo.example', port: target }], dialer);
    const answer = await exchangeRaw(port, connectTo(`echo.example:${target}`, 'inside'), true);
    expect(answer).toContain('inside');
  });

  it('are asked for once: what was checked is what is dialled', async () => {
    const target = await echoServer();
    const answers = ['127.0.0.1', '127.0.0.2'];
    let asked = 0;
    const resolve = () => {
      const address = answers[asked] ?? '';
      asked += 1;
      return Promise.resolve([{ address, family: 4 as const }]);
    };
    const forbidden = (address: string): string | undefined =>
      address === '127.0.0.1' ? undefined : specialPurpose(address);
    const { port } = await startProxy([{ host: 'echo.example', port: target }], {
      resolve,
      forbidden,
    });
    expect(await exchangeRaw(port, connectTo(`echo.example:${target}`, 'once'), true)).toContain(
      'once',
    );
    expect(asked).toBe(1);
  });

  it('are said to be missing when there are none', async () => {
    const { port } = await startProxy(listed, { resolve: resolvesTo() });
    const answer = await exchangeRaw(port, connectTo('echo.example:7000'), true);
    expect(statusOf(answer)).toBe('502');
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'KARS_EGRESS_RESOLVE_FAILED' } });
  });

  it('are said not to answer when nothing listens there', async () => {
    const { port } = await startProxy(listed, toLoopback('echo.example', 7000, 1));
    const answer = await exchangeRaw(port, connectTo('echo.example:7000'), true);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'KARS_EGRESS_CONNECT_FAILED' } });
  });
});

it('a host that breaks a connection before it is used does not bring the proxy down', async () => {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port, sidecar } = await startProxy(
    listed,
    toLoopback('echo.example', 7000, portOf(server)),
  );
  const record = sidecar.recorder.decided.bind(sidecar.recorder);
  sidecar.recorder.decided = async (call) => {
    await expect.poll(() => accepted.length).toBe(1);
    for (const socket of accepted) socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await record(call);
  };
  await exchangeRaw(port, connectTo('echo.example:7000'), true).catch(() => '');
  sidecar.recorder.decided = record;
  expect(await exchangeRaw(port, connectTo('evil.example:1'), true)).toContain('403');
});

it('a decision is audited under the set that made it, even when another one comes meanwhile', async () => {
  const { port, sidecar } = await startProxy(listed, {
    resolve: async () => {
      writeDocuments(sidecar.directory, { 'egress-allowlist': { entries: [] } });
      await sidecar.documents.reload();
      return [];
    },
  });
  const before = sidecar.documents.snapshot()?.setDigest;
  await exchangeRaw(port, connectTo('echo.example:7000'), true);
  expect((await sidecar.audited()).map(({ set }) => set)).toEqual([before]);
  expect(sidecar.documents.snapshot()?.setDigest).not.toBe(before);
});
