import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programArguments } from '../../runtime/cli/programs.ts';
import { writeDocuments } from '../support/documents.ts';
import { neighbour, pod } from './packets/addresses.ts';
import { serve } from './packets/programs.ts';
import { createWorld, type World } from './packets/world.ts';
import { startResolver } from './start-resolver.ts';

const PORT = 7000;
const PROXY = 8444;

/** What the DNS server of the test says. */
const hosts = `
10.77.0.1 one.example
fd77::1 six.example
10.77.0.1 both.example
192.168.77.1 both.example
169.254.169.254 metadata.example
10.77.0.2 self.example
10.77.0.1 unlisted.example
`;

const entries = [
  { cidr: '10.77.0.0/28', port: PORT },
  { cidr: 'fd77::/64', port: PORT },
  ...['one', 'six', 'both', 'metadata', 'self'].map((name) => ({
    host: `${name}.example`,
    port: PORT,
  })),
];

/** Everything that a server of the test listens on; each answers with its own address. */
const addresses = ['10.77.0.1', 'fd77::1', '192.168.77.1', '169.254.169.254'];

const endpoints = (list: readonly string[]) =>
  list.map(
    (address) => ({ protocol: 'tcp', address, port: PORT, word: `word of ${address}` }) as const,
  );

describe('private endpoints, from the proxy of a pod', () => {
  let world: World;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    world = createWorld();
    // ip binds the files below this directory over those of /etc for what it runs in the namespace.
    const names = join('/etc/netns', world.pod);
    mkdirSync(names, { recursive: true });
    writeFileSync(join(names, 'resolv.conf'), `nameserver ${neighbour.ipv4}\n`);
    const resolver = await startResolver(world.neighbour, neighbour.ipv4, hosts);
    const root = mkdtempSync(join(tmpdir(), 'kars-private-'));
    writeDocuments(join(root, 'documents'), { 'egress-allowlist': { entries } });
    await serve(world.neighbour, 'machine', endpoints(addresses));
    await serve(world.pod, 'machine', endpoints([pod.ipv4, pod.ipv6]));
    const proxy = spawn(
      'ip',
      [
        ...['netns', 'exec', world.pod, process.execPath, ...programArguments('egress-proxy')],
        '--sandbox=reader',
        `--listen-port=${PROXY}`,
        '--status-host=127.0.0.1',
        '--status-port=9081',
        `--documents=${join(root, 'documents')}`,
        `--state=${join(root, 'state')}`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(proxy, 'close');
    stop = async () => {
      for (const child of [proxy, resolver]) child.kill('SIGKILL');
      await ended;
      for (const path of [root, names]) rmSync(path, { recursive: true, force: true });
    };
    for await (const line of createInterface(proxy.stdout)) {
      if (line.includes('"event":"listening"')) break;
    }
  });
  afterAll(async () => {
    await stop();
    world.close();
  });

  const connect = (authority: string): string =>
    world.exec(world.pod, '/usr/bin/python3', '-c', CLIENT, authority);

  it.each([
    ['10.77.0.1:7000', 'word of 10.77.0.1'],
    ['[fd77::1]:7000', 'word of fd77::1'],
    ['one.example:7000', 'word of 10.77.0.1'],
    ['six.example:7000', 'word of fd77::1'],
  ])('%s is reached', (authority, word) => {
    expect(connect(authority)).toMatch(new RegExp(`^HTTP/1.1 200 [^]*${word}$`));
  });

  it.each([
    ['192.168.77.1:7000', 'KARS_EGRESS_NOT_ALLOWED', 'no range has 192.168.77.1:7000'],
    ['10.77.0.1:7001', 'KARS_EGRESS_NOT_ALLOWED', 'no range has 10.77.0.1:7001'],
    ['unlisted.example:7000', 'KARS_EGRESS_NOT_ALLOWED', 'no entry names unlisted.example'],
    ['169.254.169.254:7000', 'KARS_EGRESS_ADDRESS_FORBIDDEN', 'can be in no entry'],
    ['metadata.example:7000', 'KARS_EGRESS_ADDRESS_FORBIDDEN', 'link local'],
    ['both.example:7000', 'KARS_EGRESS_ADDRESS_FORBIDDEN', 'private use'],
    [`${pod.ipv4}:7000`, 'KARS_EGRESS_ADDRESS_FORBIDDEN', 'of the pod itself'],
    [`[${pod.ipv6}]:7000`, 'KARS_EGRESS_ADDRESS_FORBIDDEN', 'of the pod itself'],
    ['self.example:7000', 'KARS_EGRESS_ADDRESS_FORBIDDEN', 'of the pod itself'],
  ])('%s is refused', (authority, code, reason) => {
    const answer = connect(authority);
    expect(answer).toContain(`x-kars-code: ${code}`);
    expect(answer).toContain(reason);
    expect(answer).not.toContain('word of');
  });

  it.each([...addresses, pod.ipv4, pod.ipv6])(
    '%s answers who does not ask the proxy',
    (address) => {
      const answer = world.exec(world.pod, '/usr/bin/python3', '-c', DIRECT, address);
      expect(answer).toBe(`word of ${address}`);
    },
  );
});

const CLIENT = `
import socket, sys
with socket.create_connection(("127.0.0.1", ${PROXY}), 10) as s:
    s.sendall(f"CONNECT {sys.argv[1]} HTTP/1.1\\r\\nHost: {sys.argv[1]}\\r\\n\\r\\n".encode())
    while data := s.recv(4096):
        sys.stdout.write(data.decode())
`;

const DIRECT = `
import socket, sys
with socket.create_connection((sys.argv[1], ${PORT}), 10) as s:
    sys.stdout.write(s.recv(4096).decode())
`;
