import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processes } from '../../../lib/contract/process.ts';
import { guardDocumentFor } from '../../../lib/sandbox/guard/guard-document.ts';
import { programArguments } from '../../../runtime/cli/programs.ts';
import { writeDocuments } from '../../support/documents.ts';
import { elsewhere, neighbour } from '../packets/addresses.ts';
import { createWorld, type Backend, type World } from '../packets/world.ts';
import { startResolver } from '../start-resolver.ts';

const { uid: PROXY_USER, agentPort, statusPort, dnsPort } = processes['egress-proxy'];

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

const asUser = (user: number, ...more: readonly string[]): string[] => [
  'setpriv',
  `--reuid=${user}`,
  `--regid=${user}`,
  '--clear-groups',
  '--no-new-privs',
  ...more,
];

describe.each<Backend>(['nft', 'legacy'])(
  'a program that knows of no proxy, with %s',
  (backend) => {
    let world: World;
    let root: string;
    const running: ChildProcess[] = [];

    beforeAll(async () => {
      world = createWorld();
      root = mkdtempSync(join(tmpdir(), 'kars-transparent-'));
      chmodSync(root, 0o755);
      const names = join('/etc/netns', world.pod);
      mkdirSync(names, { recursive: true });
      writeFileSync(join(names, 'resolv.conf'), `nameserver ${neighbour.ipv4}\n`);
      running.push(await startResolver(world.neighbour, neighbour.ipv4, hosts));
      await startSite();
      expect(ask('first', PUBLIC, 7000)).toBe('220 ready');
      const { records } = world.runGuard(guardDocumentFor([]), backend);
      expect(records.at(-1)).toMatchObject({ event: 'rules-in-force' });
      await startProxy();
    });
    afterAll(async () => {
      for (const child of running) {
        const ended = once(child, 'close');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(join('/etc/netns', world.pod), { recursive: true, force: true });
      rmSync(root, { recursive: true, force: true });
      world.close();
    });

    /** Starts a program in a namespace, and waits for a line with this text. */
    async function start(
      namespace: string,
      command: readonly string[],
      text: string,
    ): Promise<void> {
      const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.push(child);
      for await (const line of createInterface(child.stdout)) {
        if (line.includes(text)) return;
      }
      throw new Error(`${command.join(' ')} ended before it was ready`);
    }

    async function startSite(): Promise<void> {
      const [key, certificate] = [join(root, 'key.pem'), join(root, 'certificate.pem')];
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      execFileSync(
        'openssl',
        ['req', '-x509', ...curve, '-subj', '/CN=site', '-keyout', key, '-out', certificate],
        { stdio: 'ignore' },
      );
      const addresses = [neighbour.ipv4, neighbour.ipv6, PUBLIC];
      const command = ['/usr/bin/python3', script('site.py'), certificate, key, ...addresses];
      await start(world.neighbour, command, 'ready');
    }

    async function startProxy(): Promise<void> {
      const [documents, state] = [join(root, 'documents'), join(root, 'state')];
      writeDocuments(documents, { 'egress-allowlist': { entries } });
      mkdirSync(state);
      chownSync(state, PROXY_USER, PROXY_USER);
      // The sources may lie where only their owner can read.
      const mayRead = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=+dac_read_search'];
      const command = [
        ...asUser(PROXY_USER, ...mayRead),
        process.execPath,
        ...programArguments('egress-proxy'),
        '--sandbox=reader',
        `--listen-port=${agentPort}`,
        '--status-host=127.0.0.1',
        `--status-port=${statusPort}`,
        `--dns-port=${dnsPort}`,
        `--documents=${documents}`,
        `--state=${state}`,
      ];
      await start(world.pod, command, '"listener":"agent"');
    }

    const ask = (how: string, where: string, port: number, name = 'site.example'): string =>
      world.exec(
        world.pod,
        ...asUser(1000, '--inh-caps=-all', '--bounding-set=-all'),
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
