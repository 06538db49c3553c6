import { drive, driveCrowded, runProgram, wholeOutput } from '../measured/driver.ts';
import { anonymousKibibytes } from '../measured/proc.ts';
import type { RunningProgram } from '../measured/program.ts';
import { cores, type World } from '../measured/world.ts';
import { loads, type DriverOptions, type Load, type Measured } from './driver/load.ts';
import type { Gateway } from './gateways/gateway.ts';

/** How long things take. */
export interface Times {
  readonly runs: number;
  /** CPU of a gateway under load before that counts. */
  readonly warmCpuSeconds: number;
  readonly loadMilliseconds: number;
  /** Until memory is looked at. */
  readonly settleMilliseconds: number;
}

/** Puts a load on a gateway. */
export async function measureLoad(
  world: World,
  { port, headers }: Gateway,
  { pid }: RunningProgram,
  load: Load,
  { warmCpuSeconds, loadMilliseconds: milliseconds }: Times,
): Promise<Measured> {
  const options: DriverOptions = { load, port, headers, pid, warmCpuSeconds, milliseconds };
  const command = runProgram(new URL('./driver/main.ts', import.meta.url), JSON.stringify(options));
  const output = loads[load].isCrowded
    ? await driveCrowded(world, pid, command)
    : await drive(world, command);
  return JSON.parse(output) as Measured;
}

/** Decisions in a second, in a process of its own that does nothing else. */
export async function measureDecisions(
  world: World,
  rules: number,
  { loadMilliseconds }: Times,
): Promise<number> {
  const program = new URL('./programs/decisions.ts', import.meta.url);
  const command = runProgram(program, String(rules), String(loadMilliseconds));
  const output = await wholeOutput(world.start(world.pod, command, cores.underTest));
  return (JSON.parse(output) as { readonly perSecond: number }).perSecond;
}

/** MB of anonymous memory that a process holds. */
export const megabytesOf = (pid: number): number => (anonymousKibibytes(pid) * 1024) / 1e6;
