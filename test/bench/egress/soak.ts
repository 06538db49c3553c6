import { setTimeout as sleep } from 'node:timers/promises';
import { machineConditions, median, type BenchReport } from '../report.ts';
import { wholeOutput } from '../measured/driver.ts';
import { anonymousKibibytes, cpuSeconds } from '../measured/proc.ts';
import { startProgram } from '../measured/program.ts';
import { requireForBench } from '../measured/required.ts';
import { cores, World } from '../measured/world.ts';
import { runProgram, startSurroundings } from './measure.ts';
import { debianPackages } from './programs.ts';
import { ourProxy } from './proxies/ours.ts';
import { flatness } from './soak-figures.ts';

const SAMPLE_MILLISECONDS = 1000;

/** Caches, compilers and the heap have to have found their size. */
const WARM_MILLISECONDS = 60_000;

interface Outcome {
  readonly operations: number;
  readonly denied: number;
  readonly failures: number;
}

/** Whether the memory of the egress proxy stays what it is, however long it is used. */
export async function soakEgress(
  progress: (text: string) => void,
  minutes: number,
): Promise<BenchReport> {
  requireForBench(debianPackages);
  const world = new World();
  try {
    world.open();
    await startSurroundings(world);
    const proxy = await ourProxy(world.directory);
    const running = await startProgram(world, proxy);
    const milliseconds = minutes * 60_000;
    const warm = Math.min(WARM_MILLISECONDS, milliseconds / 4);
    const command = runProgram('./driver/soak.ts', String(proxy.port), String(warm + milliseconds));
    const output = wholeOutput(world.start(world.pod, command, cores.driver));
    await sleep(warm);
    const samples: number[] = [];
    const began = performance.now();
    const before = cpuSeconds(running.pid);
    while (performance.now() - began < milliseconds) {
      samples.push(anonymousKibibytes(running.pid));
      if (samples.length % 60 === 0) progress(`${samples.length / 60} min: ${samples.at(-1)} KiB`);
      await sleep(SAMPLE_MILLISECONDS);
    }
    const cpu = (cpuSeconds(running.pid) - before) / ((performance.now() - began) / 1000);
    const outcome = JSON.parse(await output) as Outcome;
    await running.stop();
    return report(samples, outcome, minutes, cpu);
  } finally {
    await world.close();
  }
}

function report(
  samples: readonly number[],
  { operations, denied, failures }: Outcome,
  minutes: number,
  cpu: number,
): BenchReport {
  const { first, last, change } = flatness(samples);
  return {
    conditions: {
      ...machineConditions(),
      load: `${minutes} minutes after a warm-up: 50 times a second a tunnel for TLS, one for anything, a request and a refusal of a name of its own; 200 tunnels open all the time`,
      memory: 'RssAnon once a second',
    },
    results: [
      {
        calls: operations,
        denied,
        failed: failures,
        'share of a core': cpu.toFixed(2),
        'first third MB': megabytes(first),
        'last third MB': megabytes(last),
        'middle MB': megabytes(median(samples)),
        'most MB': megabytes(Math.max(...samples)),
      },
    ],
    goals: [
      {
        name: 'memory of the last third',
        goal: 'within 5 % of the first',
        measured: `${(change * 100).toFixed(1)} %`,
        met: Math.abs(change) <= 0.05,
      },
      { name: 'calls', goal: 'none fails', measured: String(failures), met: failures === 0 },
    ],
  };
}

const megabytes = (kibibytes: number): string => ((kibibytes * 1024) / 1e6).toFixed(1);
