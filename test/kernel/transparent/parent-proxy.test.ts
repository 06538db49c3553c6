import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeParentProxy } from 'kars-constructs/contract';
import { asUser, mayNothing } from '../as-user.ts';
import { neighbour } from '../packets/addresses.ts';
import { ProxiedPod } from '../proxied-pod.ts';
import { ACCOUNT, parents } from './parents.ts';
import { startSite } from './start-site.ts';

/** What the DNS server of the pod says: nothing of the hosts, which only the parent knows. */
const hosts = `${neighbour.ipv4} parent.example`;

const entries = [
  ...[80, 443, 7000, 7001].map((port) => ({ host: 'site.example', port })),
  { host: 'refused.example', port: 80 },
  { host: 'metadata.example', port: 80 },
  { cidr: '10.77.0.0/28', port: 7000 },
];

const CLIENT = readFileSync(fileURLToPath(new URL('client.py', import.meta.url)), 'utf8');

describe.each(['squid', 'tinyproxy'] as const)('a pod whose only way out is %s', (name) => {
  const parent = parents[name];
  let pod: ProxiedPod;
  let names: string;
  const place = (ranges: readonly string[]): string =>
    `--parent-proxy=${encodeParentProxy({ url: `http://parent.example:${parent.port}`, ranges: [...ranges] })}`;
  const credentials = (): string => join(pod.root, 'credentials');
  const through = (ranges = ['10.77.0.0/28']): string[] => [
    place(ranges),
    ...(name === 'tinyproxy' ? [`--parent-proxy-credentials=${credentials()}`] : []),
  ];

  beforeAll(async () => {
    pod = await ProxiedPod.open({ hosts });
    names = join('/etc/netns', pod.world.neighbour);
    mkdirSync(names, { recursive: true });
    const known = ['site.example', 'refused.example'].map((host) => `${neighbour.ipv4} ${host}`);
    writeFileSync(join(names, 'hosts'), `${known.join('\n')}\n`);
    writeFileSync(credentials(), ACCOUNT);
    await startSite(pod, [neighbour.ipv4]);
    await pod.startOutside(parent.prepare(pod.root), parent.ready);
    await pod.enforce('nft', { entries }, through());
  });
  afterAll(async () => {
    await pod.close();
    rmSync(names, { recursive: true, force: true });
  });

  const ask = (how: string, where: string, port: number, asked = where): string =>
    pod.world.exec(
      pod.world.pod,
      ...asUser(1000, ...mayNothing),
      '/usr/bin/python3',
      '-c',
      CLIENT,
      ...[how, where, String(port), asked],
    );
  const curl = (url: string): string =>
    pod.world.exec(
      pod.world.pod,
      ...asUser(1000, ...mayNothing),
      ...['/usr/bin/curl', '-sik', '--max-time', '20', '--proxy', 'http://127.0.0.1:8444', url],
    );

  it.each([
    ['TLS', 'tls', 443, 'asked for site.example'],
    ['HTTP', 'http', 80, 'GET /a HTTP/1.1'],
    ['a server that speaks first', 'first', 7000, '220 ready'],
  ])('reaches %s', (_what, how, port, answer) => {
    expect(ask(how, 'site.example', port)).toContain(answer);
  });

  it('reaches it by a program that knows the proxy, too', () => {
    expect(curl('http://site.example/b')).toContain('GET /b HTTP/1.1');
  });

  it('reaches a range without it', () => {
    expect(ask('first', neighbour.ipv4, 7000)).toContain('220 ready');
  });

  it('is told what the parent refuses', () => {
    const told = ask('http', 'refused.example', 80);
    expect(told).toContain('x-kars-code: KARS_PARENT_PROXY_FAILED');
    expect(told).toContain('answers 403 for refused.example:80');
    expect(ask('first', 'site.example', 7001)).toContain('ConnectionResetError');
  });

  it('is told that the parent cannot reach a host', () => {
    expect(ask('http', 'metadata.example', 80)).toMatch(
      /KARS_PARENT_PROXY_FAILED[^]*answers 50[0-9]/,
    );
  });

  it('is refused what it has no entry for, before the parent hears of it', () => {
    expect(curl('http://unlisted.example/')).toContain('KARS_EGRESS_NOT_ALLOWED');
    expect(curl('http://169.254.169.254/')).toContain('KARS_EGRESS_ADDRESS_FORBIDDEN');
  });

  it('does not talk to a parent at another address', async () => {
    await pod.killProxy();
    await pod.startProxy(through(['10.78.0.0/28']));
    expect(curl('http://site.example/')).toContain('outside of its ranges');
    await pod.killProxy();
  });

  // squid lets in whoever asks.
  if (name === 'tinyproxy') {
    it('is told that nobody signed in', async () => {
      await pod.killProxy();
      await pod.startProxy([place(['10.77.0.0/28'])]);
      expect(curl('http://site.example/')).toMatch(/KARS_PARENT_PROXY_FAILED[^]*answers 407/);
    });
  }

  it('has no other way out (negative control)', async () => {
    await pod.killProxy();
    await pod.startProxy();
    expect(curl('http://site.example/')).toContain('KARS_EGRESS_RESOLVE_FAILED');
  });
});
