import { spawn, spawnSync, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Public by every registry, and nobody's here. */
export const addresses = { pod: '11.0.0.1', host: '11.0.0.2' } as const;

/** The cores of a measurement: on one of them the process under test is alone. */
export const cores = { underTest: 0, driver: 1 } as const;

/** A program of the bench, with its output. */
export type StartedProgram = ChildProcessByStdio<null, Readable, Readable>;

/** Enough for 5,000 tunnels, each of which is two descriptors of a proxy. */
const DESCRIPTORS = 16_384;

/** Ports must not run out while thousands of connections a second are closed. */
const SETTINGS = [
  'net.ipv4.ip_local_port_range=1024 65535',
  'net.ipv4.ip_local_reserved_ports=3128-3131,8443-8447,8500-8509,9080-9083',
  'net.ipv4.tcp_tw_reuse=1',
  'net.core.somaxconn=8192',
  'net.ipv4.tcp_max_syn_backlog=8192',
];

/** A pod with what is measured and its clients, and behind a cable the hosts that they connect to. */
export class World {
  readonly pod = `kars-bench-pod-${process.pid}`;
  readonly hosts = `kars-bench-hosts-${process.pid}`;
  /** Goes away with the world. */
  readonly directory = mkdtempSync(join(tmpdir(), 'kars-bench-'));
  readonly #running = new Set<ChildProcess>();

  /** Makes both network namespaces; the pod asks its own loopback for names. */
  open(): void {
    process.once('exit', this.#remove);
    // A signal alone would end this process without that.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => process.exit(1));
    // Proxies that take another user go through it.
    chmodSync(this.directory, 0o755);
    const names = join('/etc/netns', this.pod);
    mkdirSync(names, { recursive: true });
    writeFileSync(join(names, 'resolv.conf'), 'nameserver 127.0.0.1\n');
    for (const name of [this.pod, this.hosts]) {
      run('ip', 'netns', 'add', name);
      for (const setting of SETTINGS) run('ip', 'netns', 'exec', name, 'sysctl', '-qw', setting);
    }
    run('ip', '-n', this.pod, ...'link add eth0 type veth peer name eth0 netns'.split(' '), this.hosts); // prettier-ignore
    for (const [name, address] of [
      [this.pod, addresses.pod],
      [this.hosts, addresses.host],
    ] as const) {
      for (const link of ['lo', 'eth0']) run('ip', '-n', name, 'link', 'set', link, 'up');
      run('ip', '-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    }
  }

  /** Starts a program in a namespace, on one core; its process is the program itself. */
  start(namespace: string, command: readonly string[], core: number): StartedProgram {
    const around = ['netns', 'exec', namespace, 'taskset', '-c', String(core)];
    const limit = ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`];
    const child = spawn('ip', [...around, ...limit, ...command], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#keep(child);
    return child;
  }

  /** Has the output of a program written to a file, by a program of its own as on a node. */
  collect({ stdout, stderr }: StartedProgram, file: string): void {
    const output = openSync(file, 'a');
    for (const stream of [stdout, stderr]) {
      const around = ['-c', String(cores.driver)];
      this.#keep(spawn('taskset', [...around, 'cat'], { stdio: [stream, output, 'inherit'] }));
    }
    closeSync(output);
  }

  /** Ends what still runs, then takes the namespaces away. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((child) => end(child)));
    process.off('exit', this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => {
    for (const child of this.#running) child.kill('SIGKILL');
    for (const name of [this.pod, this.hosts]) spawnSync('ip', ['netns', 'del', name]);
    rmSync(join('/etc/netns', this.pod), { recursive: true, force: true });
    rmSync(this.directory, { recursive: true, force: true });
  };

  #keep(child: ChildProcess): void {
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
  }
}

/** Ends a process at once, and waits until it has. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
