import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser, mayNothing } from '../as-user.ts';
import { elsewhere, neighbour } from '../packets/addresses.ts';
import type { Backend } from '../packets/world.ts';
import { ProxiedPod } from '../proxied-pod.ts';
import { startSite } from './start-site.ts';

const PUBLIC = elsewhere['public IPv4'] ?? '';

/** What the DNS server of the proxy says; the agent has none but the one that its queries are redirected to. */
const hosts = `
${neighbour.ipv4} site.example
${neighbour.ipv4} unlisted.example
`;

const entries = [
  ...[80, 443, 7000].map((port) => ({ host: 'site.example', port })),
  ...[80, 443].map((port) => ({ cidr: '10.77.0.0/28', port })),
  { cidr: '10.77.0.0/28', port: 7000 },
  { cidr: 'fd77::/64', port: 7000 },
];

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const CLIENT = readFileSync(script('client.py'), 'utf8');

describe.each<Backend>(['nft', 'legacy'])(
  'a program that knows of no proxy, with %s',
  (backend) => {
    let pod: ProxiedPod;

    beforeAll(async () => {
      pod = await ProxiedPod.open({ hosts });
      await startSite(pod, [neighbour.ipv4, neighbour.ipv6, PUBLIC]);
      expect(ask('first', PUBLIC, 7000)).toBe('220 ready');
      await pod.enforce(backend, { entries });
    });
    afterAll(() => pod.close());

    const ask = (how: string, where: string, port: number, name = 'site.example'): string =>
      pod.world.exec(
        pod.world.pod,
        ...asUser(1000, ...mayNothing),
        '/usr/bin/python3',
        '-c',
        CLIENT,
        ...[how, where, String(port), name],
      );

    it.each([
      ['TLS to a name', 'tls', 'site.example', 443, 'asked for site.example'],
      ['HTTP to a name', 'http', 'site.example', 80, 'GET /a HTTP/1.1'],
      ['a server that speaks first', 'first', 'site.example', 7000, '220 ready'],
      ['an address of a range', 'first', neighbour.ipv4, 7000, '220 ready'],
      ['an address of a range of IPv6', 'first', neighbour.ipv6, 7000, '220 ready'],
    ])('reaches %s', (_what, how, where, port, answer) => {
      expect(ask(how, where, port)).toContain(answer);
    });

    it.each([
      ['a name that no entry has', 'tls', 'unlisted.example', 443, 'rcode 3'],
      ['a port that no entry has', 'first', 'site.example', 7001, 'ConnectionResetError'],
      [
        'an address that stands for no name',
        'first',
        '198.18.200.200',
        7000,
        'ConnectionResetError',
      ],
      ['an address in no range', 'first', PUBLIC, 7000, 'ConnectionResetError'],
      ['an address of IPv6 at another port', 'first', neighbour.ipv6, 7001, 'ConnectionResetError'],
      ['the metadata service', 'first', '169.254.169.254', 7000, 'ConnectionResetError'],
    ])('is refused at %s', (_what, how, where, port, answer) => {
      expect(ask(how, where, port)).toContain(answer);
    });

    it('is refused by an alert when it asks for another name than it has looked up', () => {
      expect(ask('tls', 'site.example', 443, 'evil.example')).toMatch(/SSL.*unrecognized name/i);
    });

    it('is told why by HTTP when it asks for another host than it has looked up', () => {
      expect(ask('http', 'site.example', 80, 'evil.example')).toContain(
        'x-kars-code: KARS_REQUEST_INVALID',
      );
    });
  },
);
