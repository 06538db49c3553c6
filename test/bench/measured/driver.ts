import { once } from 'node:events';
import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '../../../runtime/cli/programs.ts';
import { cpuSeconds, threadsOf } from './proc.ts';
import { cores, end, type StartedProgram, type World } from './world.ts';

/** First line of a driver's output, before it measures. */
const WARM = 'warm\n';

/** For a process that takes little CPU, whatever it is asked. */
const LONGEST_WARM_MILLISECONDS = 10_000;

/** Until what the bench does about the warm process shows. */
const SETTLE_MILLISECONDS = 300;

/** Beside a program without it, a process gets a quarter of a core. @see sched(7) */
const NICE = 5;

/** The command of a program in TypeScript. */
export const runProgram = (program: URL, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  ...nodeArguments,
  fileURLToPath(program),
  ...args,
];

/** Of a driver: waits until a process has used CPU under load, since caches and compilers need it, and says so. */
export async function warmUp(pid: number, warmCpuSeconds: number): Promise<void> {
  const latest = performance.now() + LONGEST_WARM_MILLISECONDS;
  const warm = cpuSeconds(pid) + warmCpuSeconds;
  while (cpuSeconds(pid) < warm && performance.now() < latest) await sleep(20);
  process.stdout.write(WARM);
  await sleep(SETTLE_MILLISECONDS);
}

/** Runs a driver, and gives what it prints once it has measured. */
export async function drive(world: World, command: readonly string[]): Promise<string> {
  const output = await wholeOutput(world.start(world.pod, command, cores.driver));
  return measuredIn(output);
}

/**
 * Runs a driver, and gives what it prints once it has measured. When the process under test is warm, most of its core
 * goes to a program that only spins: otherwise the clients and hosts, which take more CPU than a fast process and have
 * one core as well, would let it wait.
 */
export async function driveCrowded(
  world: World,
  pid: number,
  command: readonly string[],
): Promise<string> {
  prefer(pid, 0);
  const driver = world.start(world.pod, command, cores.driver);
  const output = wholeOutput(driver);
  await Promise.race([once(driver.stdout, 'data'), output]);
  prefer(pid, NICE);
  const spinner = world.start(world.pod, [process.execPath, '-e', 'for (;;);'], cores.underTest);
  try {
    return measuredIn(await output);
  } finally {
    await end(spinner);
    prefer(pid, 0);
  }
}

function measuredIn(output: string): string {
  const [, measured = ''] = output.split(WARM);
  return measured;
}

/** Gives every thread of a process a priority, which each has for itself. */
function prefer(pid: number, nice: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, nice);
    } catch {
      // It has ended.
    }
  }
}

/** All that a program prints until it ends. */
export async function wholeOutput(program: StartedProgram): Promise<string> {
  const [output, errors] = await Promise.all([text(program.stdout), text(program.stderr)]);
  if (output === '') throw new Error(`a program of the bench ended without a result: ${errors}`);
  return output;
}

/** What a program prints first. */
export async function firstOutput(program: StartedProgram): Promise<string> {
  const errors = text(program.stderr);
  const ended = once(program.stdout, 'end').then(async () => {
    throw new Error(`a program of the bench ended before it was ready: ${await errors}`);
  });
  const [chunk] = (await Promise.race([once(program.stdout, 'data'), ended])) as [unknown];
  ended.catch(() => undefined);
  return String(chunk);
}
