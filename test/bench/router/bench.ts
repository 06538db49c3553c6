import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstOutput } from '../measured/driver.ts';
import { whileRunning } from '../measured/program.ts';
import { requireForBench } from '../measured/required.ts';
import { cores, World } from '../measured/world.ts';
import { machineConditions, type BenchOptions, type BenchReport } from '../report.ts';
import { figureOf, type Measure } from './figures.ts';
import type { Figure } from '../measured/figures.ts';
import { bareFastify, floor } from './gateways/bare.ts';
import type { Gateway } from './gateways/gateway.ts';
import { hasLiteLlm, liteLlm } from './gateways/litellm.ts';
import { bundleRouter, ourRouter } from './gateways/ours.ts';
import { hasPortkey, portkey } from './gateways/portkey.ts';
import { writeLongLog } from './long-log.ts';
import { measureDecisions, measureLoad, megabytesOf, type Times } from './measure.ts';
import { tableOf } from './table.ts';
import { upstreamCommand } from './upstream/program.ts';

const RULES = 100;
const RECORDS = 100_000;

const WHOLE: Omit<Times, 'runs'> = {
  warmCpuSeconds: 2,
  loadMilliseconds: 4000,
  settleMilliseconds: 3000,
};

/** Shows that everything works, and measures nothing that counts. */
const QUICK: Times = {
  runs: 1,
  warmCpuSeconds: 0.1,
  loadMilliseconds: 1500,
  settleMilliseconds: 500,
};

/** The router beside Portkey, LiteLLM, and bare gateways in Node.js. */
export async function benchRouter(
  progress: (text: string) => void,
  { quick, runs }: BenchOptions,
): Promise<BenchReport> {
  requireForBench();
  const times = quick ? QUICK : { ...WHOLE, runs };
  const loadBefore = loadavg()[0] ?? 0;
  const world = new World();
  try {
    world.open();
    await startUpstream(world);
    const program = await bundleRouter(world.directory);
    const ours = ourRouter(program);
    const state = await writeLongLog(world.directory, RECORDS);
    const aged = ourRouter(program, `router, ${RECORDS.toLocaleString('en')} records`, state, ['few']); // prettier-ignore
    const others = [
      bareFastify,
      ...(hasPortkey() ? [portkey] : []),
      ...(hasLiteLlm() ? [liteLlm] : []),
    ];
    const figures: Figure<Measure>[] = [];
    const failed = new Map<string, string>();
    /** What others fail at says nothing of ours, and must not take the figures of an hour with it. */
    const failing =
      (gateway: Gateway) =>
      (error: unknown): Figure<Measure>[] => {
        if (gateway === ours || gateway === aged || gateway === floor) throw error;
        failed.set(gateway.name, String(error).slice(0, 200));
        progress(`${gateway.name}: ${String(error)}`);
        return [];
      };
    for (let run = 1; run <= times.runs; run += 1) {
      for (const gateway of [ours, aged, floor, ...others]) {
        progress(`run ${run} of ${times.runs}: ${gateway.name}`);
        figures.push(...(await measure(world, gateway, times).catch(failing(gateway))));
      }
      const decide = await measureDecisions(world, RULES, times);
      figures.push({ program: ours.name, measure: 'decide', value: decide });
    }
    const names = { ours: ours.name, aged: aged.name, floor: floor.name, portkey: portkey.name, others: others.map(({ name }) => name) }; // prettier-ignore
    const failures = Object.fromEntries(failed);
    return { conditions: { ...conditions(times, loadBefore), ...failures }, ...tableOf(figures, names) }; // prettier-ignore
  } finally {
    await world.close();
  }
}

async function startUpstream(world: World): Promise<void> {
  await firstOutput(world.start(world.hosts, upstreamCommand(), cores.driver));
}

/** Every figure of one start of a gateway. */
const measure = (world: World, gateway: Gateway, times: Times): Promise<Figure<Measure>[]> =>
  whileRunning(world, gateway, async (running) => {
    const { name } = gateway;
    await sleep(times.settleMilliseconds);
    const found: Figure<Measure>[] = [
      { program: name, measure: 'start', value: running.startSeconds },
      { program: name, measure: 'idle', value: megabytesOf(running.pid) },
    ];
    let loaded = 0;
    for (const load of gateway.carries) {
      found.push(figureOf(name, load, await measureLoad(world, gateway, running, load, times)));
      loaded = Math.max(loaded, megabytesOf(running.pid));
    }
    return [...found, { program: name, measure: 'loaded', value: loaded }];
  });

function conditions(times: Times, loadBefore: number): Record<string, string> {
  const { stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  return {
    ...machineConditions(),
    python: stdout.trim(),
    runs: `median of ${times.runs}, the gateways in turn; ${times.loadMilliseconds / 1000} s of each load after ${times.warmCpuSeconds} s of its CPU that do not count`,
    cores:
      'the process under test on core 0, most of which a program takes that only spins where CPU is measured; clients, provider and logs on core 1',
    load: `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after, of which the bench itself makes about 2`,
    busy: 'share of the time that the core was left to the process; below 95 % it had time to spare, and the figure does not count',
    router: `as in its image: a policy, budgets of three windows, limits of calls, a signed audit log on disk, a line for each decision; with ${RECORDS.toLocaleString('en')} records behind it as well`,
    'all others':
      'as their documentation starts them; none of them decides, counts or records; Portkey fails at streams',
  };
}
