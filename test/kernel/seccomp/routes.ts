import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launchDocumentFor } from '../../../lib/sandbox/launch/launch-document.ts';
import { strictProfile } from '../../../lib/sandbox/seccomp/localhost-profile.ts';
import { launcherProgram } from '../programs.ts';

/**
 * What a program passes through: nothing, the launcher's filter, the profile of the node by runc, or
 * both of them as in a pod.
 */
export const routes = ['free', 'launcher', 'runc', 'pod'] as const;

/** One of {@link routes}. */
export type Route = (typeof routes)[number];

/** Who runs the program: the agent, or a root that keeps its capabilities. */
export type User = 'agent' | 'root';

/** How a program ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const UID = 1000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Directories that programs on any route work in and may change. */
export interface Place {
  /** Empty directory for this module. */
  readonly root: string;
  /** Directory of the programs, writable for the agent, with the same path on every route. */
  readonly work: string;
  /** Directory of programs, the first on the path. */
  readonly tools: string;
}

/** Makes the directories below `root`. */
export function makePlace(root: string): Place {
  const work = join(root, 'work');
  const tools = join(root, 'tools');
  mkdirSync(work);
  mkdirSync(tools);
  chmodSync(root, 0o755);
  chmodSync(work, 0o777);
  return { root, work, tools };
}

/** Runs a program by a route. */
export function runBy(
  route: Route,
  place: Place,
  command: readonly string[],
  user: User = 'agent',
  env: Readonly<Record<string, string>> = {},
): Ended {
  const isLaunched = route === 'launcher' || route === 'pod';
  const started = isLaunched ? [...launcher(place), ...command] : command;
  const isContained = route === 'runc' || route === 'pod';
  return (isContained ? inContainer : onMachine)(place, started, user, {
    PATH: `${place.tools}:${PATH}`,
    TMPDIR: place.work,
    HOME: place.work,
    LANG: 'C.UTF-8',
    ...env,
  });
}

function launcher({ root, work }: Place): string[] {
  const document = join(root, 'launch.json');
  const input = { isolation: 'enhanced', connectPorts: 'Any', minLandlockAbi: 1 } as const;
  writeFileSync(document, JSON.stringify(launchDocumentFor({ ...input, writable: [work] })));
  return [launcherProgram('launch'), `--document=${document}`, '--'];
}

type Environment = Readonly<Record<string, string>>;

function onMachine(place: Place, command: readonly string[], user: User, env: Environment): Ended {
  const agent = [`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--bounding-set=-all', '--inh-caps=-all']; // prettier-ignore
  const args = [...(user === 'agent' ? agent : []), '--no-new-privs', ...command];
  return spawnSync('setpriv', args, { cwd: place.work, encoding: 'utf8', env: { ...env } });
}

let count = 0;

function inContainer(
  place: Place,
  command: readonly string[],
  user: User,
  env: Environment,
): Ended {
  count += 1;
  const name = `kars-${process.pid}-${count}`;
  const bundle = join(place.root, name);
  const rootfs = join(bundle, 'rootfs');
  mkdirSync(rootfs, { recursive: true });
  for (const link of ['bin', 'sbin', 'lib', 'lib64'])
    symlinkSync(`usr/${link}`, join(rootfs, link));
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify(configuration(place, command, user, env)),
  );
  const state = join(place.root, 'runc');
  const ended = spawnSync('runc', ['--root', state, 'run', '--bundle', bundle, name], {
    encoding: 'utf8',
  });
  rmSync(bundle, { recursive: true, force: true });
  return ended;
}

/** @see https://github.com/opencontainers/runtime-spec/blob/main/config.md */
function configuration(
  place: Place,
  command: readonly string[],
  user: User,
  env: Environment,
): object {
  const id = user === 'agent' ? UID : 0;
  const held = user === 'agent' ? [] : ownCapabilities();
  const bind = (path: string, ...options: string[]): object => ({
    destination: path,
    source: path,
    type: 'bind',
    options: ['rbind', ...options],
  });
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: id, gid: id },
      args: command,
      cwd: place.work,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      capabilities: { bounding: held, effective: held, permitted: held, inheritable: [] },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'mode=1777'] },
      ...['/usr', '/etc', place.root, dirname(launcherProgram('launch'))].map((path) => bind(path, 'ro')), // prettier-ignore
      bind(place.work, 'rw'),
    ],
    linux: {
      cgroupsPath: `/kars-kernel-${process.pid}-${count}`,
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      // The runtime takes the file of the profile as this member, as it is.
      seccomp: JSON.parse(strictProfile().body) as object,
    },
  };
}

/** Capabilities by their number, see linux/capability.h. */
// prettier-ignore
const CAPABILITIES = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP',
  'LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE',
  'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME',
  'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG',
  'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE',
] as const;

/** What a root of this machine has, and so a container of it. */
function ownCapabilities(): string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return CAPABILITIES.filter((_, bit) => ((held >> BigInt(bit)) & 1n) === 1n).map(
    (name) => `CAP_${name}`,
  );
}
