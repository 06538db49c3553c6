import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { anonymousKibibytes } from '../measured/proc.ts';
import { whileRunning } from '../measured/program.ts';
import { requireForBench } from '../measured/required.ts';
import { World } from '../measured/world.ts';
import { machineConditions, type BenchOptions, type BenchReport } from '../report.ts';
import { figureOf, type Measure } from './figures.ts';
import type { Figure } from '../measured/figures.ts';
import { decide, drive, holdTunnels, startSurroundings, type Times } from './measure.ts';
import { debianPackages } from './programs.ts';
import { floor } from './proxies/floor.ts';
import { ourProxy } from './proxies/ours.ts';
import type { Proxy } from './proxies/proxy.ts';
import { hasSmokescreen, smokescreen } from './proxies/smokescreen.ts';
import { squid } from './proxies/squid.ts';
import { tinyproxy } from './proxies/tinyproxy.ts';
import { listedNames } from './sites.ts';
import { soakEgress } from './soak.ts';
import { tableOf } from './table.ts';

const TUNNELS = 5000;

const WHOLE: Times = {
  runs: 5,
  warmCpuSeconds: 2,
  loadMilliseconds: 4000,
  settleMilliseconds: 5000,
};

/** Shows that everything works, and measures nothing that counts. */
const QUICK: Times = {
  runs: 1,
  warmCpuSeconds: 0.1,
  loadMilliseconds: 500,
  settleMilliseconds: 500,
};

/** A proxy as it is, and as it is to hold that many tunnels. */
interface Contestant {
  readonly proxy: Proxy;
  readonly holding: Proxy;
}

/** The egress proxy beside squid, tinyproxy and a bare proxy in Node.js. */
export async function benchEgress(
  progress: (text: string) => void,
  { quick, soakMinutes }: BenchOptions,
): Promise<BenchReport> {
  if (soakMinutes !== undefined) return soakEgress(progress, soakMinutes);
  requireForBench(debianPackages);
  const times = quick ? QUICK : WHOLE;
  const loadBefore = loadavg()[0] ?? 0;
  const world = new World();
  try {
    world.open();
    await startSurroundings(world);
    const ours = await ourProxy(world.directory);
    const others = [tinyproxy, ...(hasSmokescreen() ? [smokescreen] : [])];
    const contestants: readonly Contestant[] = [
      { proxy: ours, holding: await ourProxy(world.directory, TUNNELS + 1000) },
      ...[squid, floor, ...others].map((proxy) => ({ proxy, holding: proxy })),
    ];
    const figures: Figure<Measure>[] = [];
    for (let run = 1; run <= times.runs; run += 1) {
      for (const contestant of contestants) {
        progress(`run ${run} of ${times.runs}: ${contestant.proxy.name}`);
        figures.push(...(await measure(world, contestant, times)));
      }
      figures.push(...(await decisions(world, ours.name, times)));
    }
    const names = { ours: ours.name, squid: squid.name, floor: floor.name, others: others.map(({ name }) => name) }; // prettier-ignore
    return { conditions: conditions(times, loadBefore), ...tableOf(figures, names) };
  } finally {
    await world.close();
  }
}

async function measure(
  world: World,
  { proxy, holding }: Contestant,
  times: Times,
): Promise<Figure<Measure>[]> {
  const { name } = proxy;
  const figures = await whileRunning(world, proxy, async (running) => {
    await sleep(times.settleMilliseconds);
    const found: Figure<Measure>[] = [
      { program: name, measure: 'start', value: running.startSeconds },
      { program: name, measure: 'idle', value: megabytes(anonymousKibibytes(running.pid)) },
    ];
    for (const load of proxy.carries) {
      found.push(figureOf(name, load, await drive(world, proxy, running, load, times)));
    }
    return found;
  });
  const held = await whileRunning(world, holding, (running) =>
    holdTunnels(world, holding, running, TUNNELS, times),
  );
  return [...figures, { program: name, measure: 'tunnels', value: megabytes(held) }];
}

async function decisions(world: World, proxy: string, times: Times): Promise<Figure<Measure>[]> {
  return [
    { program: proxy, measure: 'decide', value: await decide(world, 10_000, times) },
    { program: proxy, measure: 'decideFew', value: await decide(world, 10, times) },
  ];
}

const megabytes = (kibibytes: number): number => (kibibytes * 1024) / 1e6;

function conditions(times: Times, loadBefore: number): Record<string, string> {
  const { stdout } = spawnSync('/usr/sbin/squid', ['-v'], { encoding: 'utf8' });
  const [version = ''] = stdout.split('\n');
  return {
    ...machineConditions(),
    squid: version,
    runs: `median of ${times.runs}, the proxies in turn; ${times.loadMilliseconds / 1000} s of each load after ${times.warmCpuSeconds} s of its CPU that do not count`,
    cores:
      'the process under test on core 0, most of which a program takes that only spins; clients, hosts, DNS and logs on core 1',
    load: `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after, of which the bench itself makes about 2`,
    list: `${listedNames.length} names; the refused ranges too in ours and squid; a record of each call in all but the bare one`,
    busy: 'share of the time that the core was left to the process; below 95 % it had time to spare, and the figure does not count',
    'egress proxy': `as in its image and its pod; for ${TUNNELS} tunnels with other bounds, since it takes 1,024`,
  };
}
