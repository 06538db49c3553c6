import { mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../driver/load.ts';
import { hasListener } from '../proc.ts';
import { cores, end, type World } from '../world.ts';

/** A proxy that is measured. */
export interface Proxy {
  readonly name: string;
  /** Where it listens on loopback. */
  readonly port: number;
  readonly carries: readonly Load[];
  /** Writes what it is configured by into a directory of its own, and gives the command that starts it. */
  readonly prepare: (directory: string) => readonly string[];
  /** In its output when it is ready. @default it is when it listens */
  readonly ready?: string;
}

/** A proxy that runs. */
export interface RunningProxy {
  readonly pid: number;
  /** From before its process was made until it was ready. */
  readonly startSeconds: number;
  readonly stop: () => Promise<void>;
}

const MOST_MILLISECONDS = 15_000;
const POLL_MILLISECONDS = 2;

let count = 0;

/** Starts a proxy alone on its core, and waits until it is ready. */
export async function startProxy(world: World, proxy: Proxy): Promise<RunningProxy> {
  count += 1;
  const directory = join(world.directory, `proxy-${count}`);
  mkdirSync(directory);
  const command = proxy.prepare(directory);
  const output = join(directory, 'output');
  const began = performance.now();
  const child = world.start(world.pod, command, cores.underTest);
  world.collect(child, output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${proxy.name} was not started`);
  const text = (): string => readFileSync(output, 'utf8');
  const isReady = (): boolean =>
    proxy.ready === undefined ? listens(pid, proxy.port) : text().includes(proxy.ready);
  while (!isReady()) {
    const isLate = performance.now() - began > MOST_MILLISECONDS;
    if (isLate || child.exitCode !== null)
      throw new Error(`${proxy.name} does not start: ${text()}`);
    await sleep(POLL_MILLISECONDS);
  }
  const startSeconds = (performance.now() - began) / 1000;
  return { pid, startSeconds, stop: () => end(child) };
}

/** Whether a socket of the namespace that a process has gone to listens on a port. */
function listens(pid: number, port: number): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) return false;
    return hasListener(readFileSync(`/proc/${pid}/net/tcp`, 'utf8'), port);
  } catch {
    // It has ended.
    return false;
  }
}
