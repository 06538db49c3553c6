import { mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasListener } from './proc.ts';
import { cores, end, type World } from './world.ts';

/** A program that is measured. */
export interface MeasuredProgram {
  readonly name: string;
  /** Where it listens on loopback. */
  readonly port: number;
  /** Writes what it is configured by into a directory of its own, and gives the command that starts it. */
  readonly prepare: (directory: string) => readonly string[];
  /** In its output when it is ready. @default it is when it listens */
  readonly ready?: string;
}

/** A program that runs. */
export interface RunningProgram {
  readonly pid: number;
  /** From before its process was made until it was ready. */
  readonly startSeconds: number;
  readonly stop: () => Promise<void>;
}

/** The slowest takes ten seconds, where nothing else takes the core. */
const MOST_MILLISECONDS = 180_000;
const POLL_MILLISECONDS = 2;

let count = 0;

/** Starts a program alone on its core, and waits until it is ready. */
export async function startProgram(
  world: World,
  program: MeasuredProgram,
): Promise<RunningProgram> {
  count += 1;
  const directory = join(world.directory, `program-${count}`);
  mkdirSync(directory);
  const command = program.prepare(directory);
  const output = join(directory, 'output');
  const began = performance.now();
  const child = world.start(world.pod, command, cores.underTest);
  world.collect(child, output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.name} was not started`);
  const text = (): string => readFileSync(output, 'utf8');
  const isReady = (): boolean =>
    program.ready === undefined ? listens(pid, program.port) : text().includes(program.ready);
  while (!isReady()) {
    const isLate = performance.now() - began > MOST_MILLISECONDS;
    if (isLate || child.exitCode !== null)
      throw new Error(`${program.name} does not start: ${text()}`);
    await sleep(POLL_MILLISECONDS);
  }
  const startSeconds = (performance.now() - began) / 1000;
  return { pid, startSeconds, stop: () => end(child) };
}

/** Uses a program while it runs. */
export async function whileRunning<Result>(
  world: World,
  program: MeasuredProgram,
  use: (running: RunningProgram) => Promise<Result>,
): Promise<Result> {
  const running = await startProgram(world, program);
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}

/** Whether a socket of the namespace that a process has gone to listens on a port. */
function listens(pid: number, port: number): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) return false;
    return ['tcp', 'tcp6'].some((table) =>
      hasListener(readFileSync(`/proc/${pid}/net/${table}`, 'utf8'), port),
    );
  } catch {
    // It has ended.
    return false;
  }
}
