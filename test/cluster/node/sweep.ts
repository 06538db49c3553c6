import { spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { BRIDGE, NODE_DIRECTORY, paths } from './paths.ts';

/** Removes all that a node left on this machine, whether it was stopped or its process killed. */
export function sweep(): void {
  killShims();
  unmountAll();
  spawnSync('ip', ['link', 'del', BRIDGE]);
  removeCgroups();
  rmSync(NODE_DIRECTORY, { recursive: true, force: true });
}

/** Shims and what runs in their containers belong to no process of ours, and outlive containerd. */
function killShims(): void {
  for (const shim of shims()) {
    for (const child of descendants(shim)) kill(child);
    kill(shim);
  }
  const deadline = Date.now() + 5000;
  while (shims().length > 0 && Date.now() < deadline) Atomics.wait(clock, 0, 0, 20);
}

const clock = new Int32Array(new SharedArrayBuffer(4));

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

function unmountAll(): void {
  const mounts = read('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${NODE_DIRECTORY}/`));
  for (const path of mounts.toReversed()) spawnSync('umount', ['--lazy', path]);
}

/** The kubelet makes its cgroups at the root of every hierarchy. */
function removeCgroups(): void {
  for (const root of globSync('/sys/fs/cgroup/{*/,}{kubepods,kars-node}')) {
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

/** Takes the node for this process, and clears what an earlier one left. */
export function takeNode(): void {
  const holder = Number(read(paths.lock));
  if (holder > 0 && holder !== process.pid && existsSync(`/proc/${holder}`) && isNode(holder)) {
    throw new Error(
      `[KARS_NODE_BUSY] got a node that process ${holder} runs; wait for it, there is one node at a time`,
    );
  }
  sweep();
}

const isNode = (pid: number): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/exe`).includes('node');
  } catch {
    return false;
  }
};
