import { once } from 'node:events';
import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '../../../runtime/cli/programs.ts';
import { WARM, type DriverOptions, type Load, type Measured } from './driver/load.ts';
import { anonymousKibibytes, threadsOf } from './proc.ts';
import type { Proxy, RunningProxy } from './proxies/proxy.ts';
import { cores, end, type StartedProgram, type World } from './world.ts';

/** How long things take. */
export interface Times {
  readonly runs: number;
  /** CPU of a proxy under load before that counts. */
  readonly warmCpuSeconds: number;
  readonly loadMilliseconds: number;
  /** Until memory is looked at. */
  readonly settleMilliseconds: number;
}

/** Clients at once, by load: enough that the process under test never waits for one. */
const CLIENTS: Readonly<Record<Load, number>> = {
  tls: 64,
  tcp: 64,
  forward: 64,
  spread: 64,
  bulk: 8,
};

/** Beside a program without it, a process gets a quarter of a core. @see sched(7) */
const NICE = 5;

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The command of a program of this directory. */
export const runProgram = (name: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  ...nodeArguments,
  script(name),
  ...args,
];

/** Starts what the proxies need: a DNS server, and the hosts. */
export async function startSurroundings(world: World): Promise<void> {
  for (const [namespace, name] of [
    [world.pod, './programs/names.ts'],
    [world.hosts, './programs/hosts.ts'],
  ] as const) {
    await firstOutput(world.start(namespace, runProgram(name), cores.driver));
  }
}

/**
 * Loads a proxy with clients. Once it is warm, most of its core goes to a program that only spins:
 * otherwise the clients and hosts, which take more CPU than a fast proxy and have one core as well, would
 * let it wait.
 */
export async function drive(
  world: World,
  { port }: Proxy,
  { pid }: RunningProxy,
  load: Load,
  { warmCpuSeconds, loadMilliseconds: milliseconds }: Times,
): Promise<Measured> {
  const options: DriverOptions = {
    load,
    port,
    pid,
    warmCpuSeconds,
    milliseconds,
    clients: CLIENTS[load],
  };
  const command = runProgram('./driver/main.ts', JSON.stringify(options));
  prefer(pid, 0);
  const driver = world.start(world.pod, command, cores.driver);
  const output = wholeOutput(driver);
  await Promise.race([once(driver.stdout, 'data'), output]);
  prefer(pid, NICE);
  const spinner = world.start(world.pod, [process.execPath, '-e', 'for (;;);'], cores.underTest);
  try {
    const [, measured = ''] = (await output).split(WARM);
    return JSON.parse(measured) as Measured;
  } finally {
    await end(spinner);
  }
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

/** KiB that a proxy holds with so many idle tunnels. */
export async function holdTunnels(
  world: World,
  { name, port }: Proxy,
  { pid }: RunningProxy,
  count: number,
  { settleMilliseconds }: Times,
): Promise<number> {
  const command = runProgram('./driver/idle.ts', String(port), String(count));
  const driver = world.start(world.pod, command, cores.driver);
  try {
    const { failures } = JSON.parse(await firstOutput(driver)) as { readonly failures: number };
    if (failures > 0) throw new Error(`${name} opened ${count - failures} of ${count} tunnels`);
    await sleep(settleMilliseconds);
    return anonymousKibibytes(pid);
  } finally {
    await end(driver);
  }
}

/** Decisions in a second, in a process of its own that does nothing else. */
export async function decide(
  world: World,
  entries: number,
  { loadMilliseconds }: Times,
): Promise<number> {
  const command = runProgram('./programs/decisions.ts', String(entries), String(loadMilliseconds));
  const output = await wholeOutput(world.start(world.pod, command, cores.underTest));
  return (JSON.parse(output) as { readonly perSecond: number }).perSecond;
}

/** All that a program prints until it ends. */
export async function wholeOutput(program: StartedProgram): Promise<string> {
  const [output, errors] = await Promise.all([text(program.stdout), text(program.stderr)]);
  if (output === '') throw new Error(`a program of the bench ended without a result: ${errors}`);
  return output;
}

async function firstOutput(program: StartedProgram): Promise<string> {
  const errors = text(program.stderr);
  const ended = once(program.stdout, 'end').then(async () => {
    throw new Error(`a program of the bench ended before it was ready: ${await errors}`);
  });
  const [chunk] = (await Promise.race([once(program.stdout, 'data'), ended])) as [unknown];
  ended.catch(() => undefined);
  return String(chunk);
}
