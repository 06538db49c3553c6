import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuardDocument } from '../../../lib/contract/guard-document.ts';
import { placeGuard } from '../guard-files.ts';
import { launcherProgram } from '../programs.ts';
import { elsewhere, neighbour, pod } from './addresses.ts';

/** Which of the programs that the guard can use it finds, as on kernels that lack the other ones. */
export type Backend = 'nft' | 'legacy' | 'legacy without ip6tables';

/** How a run of the guard ended, with the records that it printed. */
export interface GuardRun {
  readonly code: number | null;
  readonly records: readonly {
    readonly event: string;
    readonly code?: string;
    readonly error?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  }[];
}

/** A pod and a hostile neighbour that answers for everything outside it, each a network namespace. */
export interface World {
  readonly pod: string;
  readonly neighbour: string;
  runGuard: (document: GuardDocument, backend: Backend) => GuardRun;
  /** Runs a command of the machine's root in one of the namespaces and gives what it prints. */
  exec: (namespace: string, ...command: readonly string[]) => string;
  close: () => void;
}

let count = 0;

/** A world in which nothing is filtered yet, with settings that help the agent most. */
export function createWorld(): World {
  count += 1;
  const names = { pod: `pod-${process.pid}-${count}`, neighbour: `out-${process.pid}-${count}` };
  const directory = mkdtempSync(join(tmpdir(), 'kars-packets-'));
  const exec = (namespace: string, ...command: readonly string[]): string =>
    machine('ip', 'netns', 'exec', namespace, ...command);
  const ip = (namespace: string, text: string): string =>
    machine('ip', '-n', namespace, ...text.split(' '));

  for (const name of Object.values(names)) machine('ip', 'netns', 'add', name);
  for (const setting of settings) exec(names.pod, 'sysctl', '-qw', setting);
  for (const setting of neighbourSettings) exec(names.neighbour, 'sysctl', '-qw', setting);
  ip(names.pod, `link add eth0 type veth peer name eth0 netns ${names.neighbour}`);
  for (const [name, own] of [
    [names.pod, pod],
    [names.neighbour, neighbour],
  ] as const) {
    exec(name, 'sysctl', '-qw', 'net.ipv6.conf.eth0.addr_gen_mode=1');
    for (const link of ['lo', 'eth0']) ip(name, `link set ${link} up`);
    ip(name, `addr add ${own.ipv4}/24 brd + dev eth0`);
    ip(name, `addr add ${own.ipv6}/64 dev eth0 nodad`);
    ip(name, `addr add ${own.linkLocal}/64 dev eth0 nodad`);
  }
  for (const address of Object.values(elsewhere)) {
    const suffix = address.includes(':') ? '/128 dev lo nodad' : '/32 dev lo';
    ip(names.neighbour, `addr add ${address}${suffix}`);
  }
  ip(names.pod, `route add default via ${neighbour.ipv4}`);
  ip(names.pod, `-6 route add default via ${neighbour.ipv6}`);

  return {
    ...names,
    exec,
    runGuard: (document, backend) => runGuard(names.pod, directory, document, backend),
    close(): void {
      for (const name of Object.values(names)) machine('ip', 'netns', 'del', name);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a careless node may hand to its pods, and what makes more kinds of socket available. */
const settings = [
  'net.ipv4.ip_forward=1',
  'net.ipv4.conf.all.route_localnet=1',
  'net.ipv4.conf.all.accept_source_route=1',
  'net.ipv4.conf.default.accept_source_route=1',
  'net.ipv4.conf.lo.accept_source_route=1',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  'net.ipv4.ping_group_range=0 2147483647',
  'net.ipv4.tcp_fastopen=3',
  'net.ipv6.conf.all.forwarding=0',
  'net.ipv6.conf.all.seg6_enabled=1',
  'net.ipv6.conf.default.seg6_enabled=1',
  'net.ipv6.conf.default.accept_ra=2',
  'net.ipv6.conf.default.accept_dad=0',
];

const neighbourSettings = [
  'net.ipv4.conf.all.route_localnet=1',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  'net.ipv4.icmp_echo_ignore_broadcasts=0',
  'net.ipv6.conf.all.seg6_enabled=1',
  'net.ipv6.conf.default.seg6_enabled=1',
  'net.ipv4.ping_group_range=0 2147483647',
  'net.ipv6.conf.default.accept_ra=0',
];

function machine(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const LEGACY = 'xtables-legacy-multi';

/** A directory in the place of /usr/sbin with the programs of the back end only. */
function programsOf(backend: Backend, directory: string): string {
  const programs = join(directory, `sbin-${backend.replaceAll(' ', '-')}`);
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs);
  copyFileSync(`/usr/sbin/${LEGACY}`, join(programs, LEGACY));
  const commands =
    backend === 'legacy without ip6tables' ? ['iptables'] : ['iptables', 'ip6tables'];
  for (const command of commands) {
    for (const suffix of ['', '-restore', '-save']) {
      symlinkSync(LEGACY, join(programs, `${command}-legacy${suffix}`));
    }
  }
  if (backend === 'nft') copyFileSync('/usr/sbin/nft', join(programs, 'nft'));
  return programs;
}

function runGuard(
  namespace: string,
  directory: string,
  document: GuardDocument,
  backend: Backend,
): GuardRun {
  const { args } = placeGuard(directory, document);
  // The mount is seen by this command alone: ip gives it a mount namespace of its own.
  const script = 'mount --bind "$0" /usr/sbin && exec "$@"';
  const command = ['sh', '-c', script, programsOf(backend, directory), launcherProgram('guard')];
  const { status, stderr } = spawnSync('ip', ['netns', 'exec', namespace, ...command, ...args], {
    encoding: 'utf8',
  });
  const lines = stderr.split('\n').filter((line) => line !== '');
  return { code: status, records: lines.map((line) => JSON.parse(line) as GuardRun['records'][0]) };
}
