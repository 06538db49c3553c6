import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EgressAllowlistPayload, LearnPayload } from 'kars-constructs/contract';
import { decideLookup } from '../../../../runtime/egress-policy/decide-lookup.ts';
import { decideEgress } from '../../../../runtime/egress-policy/decide.ts';
import { decideUse } from '../../../../runtime/egress-policy/decide-use.ts';
import { ApprovalClock } from '../../../../runtime/egress-proxy/approvals/approval-clock.ts';
import { systemDialer } from '../../../../runtime/egress-proxy/dial.ts';
import { Gate } from '../../../../runtime/egress-proxy/gate.ts';
import { Learning } from '../../../../runtime/egress-proxy/learning/learning.ts';
import { learnFloor } from '../../../../runtime/egress-proxy/learning/learn-floor.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { openSidecar } from '../../../support/sidecar.ts';
import { temporaryDirectory, writeDocuments } from '../../../support/documents.ts';
import { echoServer } from '../../../support/servers.ts';
import { prepare, start } from '../process.ts';

const START = Date.parse('2026-01-31T09:00:00Z');
const HOUR = 3_600_000;
const learn: LearnPayload = { until: '2026-01-31T10:00:00Z', ports: [80, 443] };
const allowlist: EgressAllowlistPayload = {
  entries: [{ host: 'own.example.com', port: 80, http: { methods: ['GET'] } }],
  blockedHosts: ['*.evil.example'],
  learn,
};
const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };
const policy = { source, allowlist, learning: learn };

describe('a decision while something is learned', () => {
  it('lets every other host through on the ports, and says why', () => {
    expect(decideEgress({ host: 'any.example.com', port: 443 }, policy)).toMatchObject({
      allow: true,
      rule: 'KarsSandbox agents/reader egress learning until 2026-01-31T10:00:00Z',
      protocol: 'tls',
      learned: true,
    });
    expect(decideLookup('any.example.com', policy)).toMatchObject({ allow: true, entry: '*' });
  });

  it.each([
    ['on another port', 'any.example.com', 22, 'KARS_EGRESS_NOT_ALLOWED'],
    ['that is blocked', 'a.evil.example', 443, 'KARS_EGRESS_BLOCKED'],
    ['by its address', '93.184.215.14', 443, 'KARS_EGRESS_NOT_ALLOWED'],
    ['of metadata', '169.254.169.254', 80, 'KARS_EGRESS_ADDRESS_FORBIDDEN'],
  ])('denies a host %s', (_what, host, port, code) => {
    expect(decideEgress({ host, port }, policy)).toMatchObject({ allow: false, code });
  });

  it('widens no rule about requests that an entry has', () => {
    const use = { method: 'POST', path: '/' };
    expect(decideUse({ host: 'own.example.com', port: 80 }, use, policy)).toMatchObject({
      code: 'KARS_EGRESS_REQUEST_NOT_ALLOWED',
    });
    expect(decideUse({ host: 'any.example.com', port: 80 }, use, policy).allow).toBe(true);
  });

  it('is the usual one when nothing is learned now', () => {
    const over = { source, allowlist };
    expect(decideEgress({ host: 'any.example.com', port: 443 }, over).allow).toBe(false);
    expect(decideLookup('any.example.com', over).allow).toBe(false);
  });
});

it('a name that is learned leads to no range of the list, whoever names its address', async () => {
  const { recorder } = await openSidecar('egress-proxy');
  const host = { address: '10.0.0.5', family: 4 as const };
  const http = { methods: ['GET' as const] };
  const entries = [{ cidr: '10.0.0.5/32', port: 80, http }];
  const gate = new Gate({
    inForce: () => ({ set: 'a', policy: { source, allowlist: { entries }, learning: learn } }),
    recorder,
    dialer: { ...systemDialer(new Map()), resolve: () => Promise.resolve([host]) },
  });
  const target = { host: 'of-the-agent.example', port: 80 };
  expect(await gate.pass('http', target, { method: 'POST', path: '/admin' })).toMatchObject({
    denial: { code: 'KARS_EGRESS_ADDRESS_FORBIDDEN' },
  });
});

/** Learning by a clock that the test sets. */
async function learning(document: EgressAllowlistPayload) {
  const sidecar = await openSidecar('egress-proxy', { 'egress-allowlist': document });
  const at = { wall: START, monotonic: 0 };
  const log = createLog('egress-proxy', () => undefined);
  const state = temporaryDirectory();
  const clock = new ApprovalClock({ wall: () => at.wall, monotonic: () => at.monotonic });
  await clock.read(state, log);
  const snapshot = () => sidecar.documents.snapshot();
  const learns = new Learning({ snapshot, clock, log, lookMilliseconds: 60_000 });
  onTestFinished(() => learns.close());
  const pass = (milliseconds: number): void => {
    at.wall += milliseconds;
    at.monotonic += milliseconds;
    learns.look();
  };
  return { learns, at, pass, ...sidecar };
}

describe('learning', () => {
  it('ends at its instant, with nobody else alive', async () => {
    const { learns, pass } = await learning(allowlist);
    let changes = 0;
    learns.onChange(() => (changes += 1));
    expect(learns.now()).toEqual(learn);
    pass(HOUR - 1);
    expect([learns.now(), changes]).toEqual([learn, 0]);
    pass(1);
    expect([learns.now(), changes]).toEqual([undefined, 1]);
  });

  it('is not prolonged by a clock that is set back', async () => {
    const { learns, at, pass } = await learning(allowlist);
    pass(HOUR / 2);
    at.wall = START - 10 * HOUR;
    pass(HOUR / 2);
    expect(learns.now()).toBeUndefined();
  });

  it('does not happen when nobody knows what time it is', async () => {
    const { learns, at, pass } = await learning(allowlist);
    at.wall += 20 * 60_000;
    pass(0);
    expect(learns.now()).toBeUndefined();
  });

  it('does not happen after its end, or without a word of it', async () => {
    const ended = { ...allowlist, learn: { ...learn, until: '2026-01-31T08:59:59Z' } };
    expect((await learning(ended)).learns.now()).toBeUndefined();
    expect((await learning({ entries: [] })).learns.now()).toBeUndefined();
  });
});

describe('a process', () => {
  it.each([undefined, '2026-01-31T09:59:59Z'])(
    'that may learn until %s refuses a document that learns longer',
    async (ceiling) => {
      const { documents } = await openSidecar('egress-proxy', { 'egress-allowlist': allowlist });
      const snapshot = documents.snapshot();
      if (snapshot === undefined) throw new Error('there is no snapshot');
      expect(await learnFloor(ceiling)(snapshot)).toMatchObject([
        { code: 'KARS_DOCUMENT_BELOW_FLOOR', path: 'egress-allowlist.json.learn' },
      ]);
      expect(await learnFloor(learn.until)(snapshot)).toEqual([]);
    },
  );

  it('does not start with a ceiling that is no instant', () => {
    expect(() => learnFloor('tomorrow')).toThrow('--learn-ceiling=tomorrow');
  });

  it('lets hosts through, notes them, and closes their connections at the end', async () => {
    const place = await prepare();
    const until = new Date(Date.now() + 6000).toISOString();
    const document = { entries: [], learn: { until, ports: [80, 7000] } };
    writeDocuments(place.documents, { 'egress-allowlist': document });
    const echo = `--resolve=echo.example:7000=127.0.0.1:${await echoServer()}`;
    const { proxy, get, records } = await start(place, `--learn-ceiling=${until}`, echo);
    expect(await get('http://site.example/')).toBe(200);
    const tunnel = connect(Number(new URL(proxy).port), '127.0.0.1');
    tunnel.write('CONNECT echo.example:7000 HTTP/1.1\r\nHost: echo.example:7000\r\n\r\n');
    const [head] = (await once(tunnel, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 200 /);
    await expect
      .poll(() => records.filter(({ event }) => event === 'egress-learned'))
      .toMatchObject([
        { host: 'site.example', port: 80, code: '', construct: "Egress.http('site.example')" },
        { host: 'echo.example', port: 7000, construct: "Egress.tcp('echo.example', 7000)" },
      ]);
    await once(tunnel, 'close');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    expect(await get('http://site.example/')).toBe(403);
    expect(records.map(({ event }) => event)).toContain('learning-ended');
  });

  it('without the argument takes no set that learns', async () => {
    const place = await prepare();
    writeDocuments(place.documents, { 'egress-allowlist': allowlist });
    const { status, get } = await start(place);
    expect(await (await fetch(`${status}/readyz`)).text()).toContain('KARS_DOCUMENT_BELOW_FLOOR');
    expect(await get('http://site.example/')).toBe(403);
  });
});
