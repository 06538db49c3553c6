import { existsSync, globSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './ctr.ts';
import { BRIDGE, NODE_DIRECTORY, paths } from './paths.ts';

/** Removes all that a node left on this machine, whether it was stopped or its process killed. */
export async function sweep(): Promise<void> {
  await killShims();
  for (const path of mounts().toReversed()) await run('umount', ['--lazy', path]);
  await run('ip', ['link', 'del', BRIDGE]);
  removeCgroups();
  await run('rm', ['-rf', NODE_DIRECTORY]);
}

/** Shims and what runs in their containers belong to no process of ours, and outlive containerd. */
async function killShims(): Promise<void> {
  for (const shim of shims()) {
    for (const child of descendants(shim)) kill(child);
    kill(shim);
  }
  const deadline = Date.now() + 5000;
  while (shims().length > 0 && Date.now() < deadline) await sleep(100);
}

function shims(): number[] {
  return processes().filter((pid) => {
    const command = read(`/proc/${pid}/cmdline`).split('\0');
    return (
      (command[0] ?? '').includes('containerd-shim') && command.includes(paths.containerdSocket)
    );
  });
}

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);

function descendants(of: number): number[] {
  const children = read(`/proc/${of}/task/${of}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [...descendants(child), child]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

const mounts = (): string[] =>
  read('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${NODE_DIRECTORY}/`));

const cgroups = (): string[] => globSync('/sys/fs/cgroup/{*/,}{kubepods,kars-node}');

/** The kubelet makes its cgroups at the root of every hierarchy. */
function removeCgroups(): void {
  for (const root of cgroups()) {
    const below = globSync('**/', { cwd: root }).map((path) => `${root}/${path}`);
    for (const path of [...below.sort((a, b) => b.length - a.length), root]) {
      try {
        rmdirSync(path);
      } catch {
        // A hierarchy that is mounted twice shows each of them twice.
      }
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Sweeps what a process of this run left when it ended, if it left a node. */
export async function sweepAfterRun(): Promise<void> {
  for (let attempt = 0; attempt < 50 && isHeld(); attempt += 1) {
    // Whoever runs a node that is no child of this process is another run.
    if (parentOf(holder()) !== process.pid) return;
    await sleep(100);
  }
  if (!existsSync(paths.lock)) return;
  await sweep();
  const left = [...shims().map((pid) => `process ${pid}`), ...mounts(), ...cgroups()];
  if (left.length > 0) throw new Error(`[KARS_NODE_LEFT] got ${left.join(', ')} after the run`);
}

const parentOf = (pid: number): number =>
  Number(/\nPPid:\t([0-9]+)/.exec(read(`/proc/${pid}/status`))?.[1]);

const holder = (): number => Number(read(paths.lock));

/** Takes the node for this process, and clears what an earlier one left. */
export async function takeNode(): Promise<void> {
  if (isHeld() && holder() !== process.pid) {
    throw new Error(
      `[KARS_NODE_BUSY] got a node that process ${holder()} runs; wait for it, there is one node at a time`,
    );
  }
  await sweep();
}

/** Whether the process that took the node is still there, and no other one has got its number. */
const isHeld = (): boolean => holder() > 0 && existsSync(`/proc/${holder()}`) && isNode(holder());

const isNode = (pid: number): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/exe`).includes('node');
  } catch {
    return false;
  }
};
