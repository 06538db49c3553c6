import { setTimeout as sleep } from 'node:timers/promises';
import { driveCrowded, firstOutput, runProgram as run, wholeOutput } from '../measured/driver.ts';
import { anonymousKibibytes } from '../measured/proc.ts';
import type { RunningProgram } from '../measured/program.ts';
import { cores, end, type World } from '../measured/world.ts';
import type { DriverOptions, Load, Measured } from './driver/load.ts';
import type { Proxy } from './proxies/proxy.ts';

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

/** The command of a program of this directory. */
export const runProgram = (name: string, ...args: readonly string[]): readonly string[] =>
  run(new URL(name, import.meta.url), ...args);

/** Starts what the proxies need: a DNS server, and the hosts. */
export async function startSurroundings(world: World): Promise<void> {
  for (const [namespace, name] of [
    [world.pod, './programs/names.ts'],
    [world.hosts, './programs/hosts.ts'],
  ] as const) {
    await firstOutput(world.start(namespace, runProgram(name), cores.driver));
  }
}

/** Loads a proxy with clients. */
export async function drive(
  world: World,
  { port }: Proxy,
  { pid }: RunningProgram,
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
  return JSON.parse(await driveCrowded(world, pid, command)) as Measured;
}

/** KiB that a proxy holds with so many idle tunnels. */
export async function holdTunnels(
  world: World,
  { name, port }: Proxy,
  { pid }: RunningProgram,
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
