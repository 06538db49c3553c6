import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KarsImages } from 'kars-constructs';
import { launcherProgram } from '../../kernel/programs.ts';
import { isSetUp } from '../../cluster/is-set-up.ts';
import { startNode, type Node } from '../../cluster/node/node.ts';
import { writeSandboxImages } from '../../cluster/node/test-images.ts';
import { serveKinds } from '../../cluster/with-crds.ts';
import { benchLauncher } from '../launcher/bench.ts';
import { machineConditions, median, type BenchReport, type Goal } from '../report.ts';
import { measureCrowd, measureStart, type StartFigures } from './starts.ts';

const STARTS = 5;
const CROWD = 20;

/** Start, memory and number of sandboxes on a real node of this machine. */
export async function benchSandbox(progress: (text: string) => void): Promise<BenchReport> {
  const state = isSetUp();
  if (!state.ready) throw new Error(`got ${state.missing}; add it with: ${state.command}`);
  const launcher = benchLauncher(progress).goals;
  progress('starting a node');
  const { node, images } = await nodeWithImages();
  try {
    const starts: StartFigures[] = [];
    for (let run = 1; run <= STARTS; run += 1) {
      progress(`sandbox ${run} of ${STARTS}`);
      starts.push(await measureStart(node.admin, images, `start-${run}`));
    }
    progress(`${CROWD} sandboxes at once`);
    const crowdSeconds = await measureCrowd(node.admin, images, CROWD);
    return report(starts, crowdSeconds, launcher);
  } finally {
    await node.stop();
  }
}

async function nodeWithImages(): Promise<{ node: Node; images: KarsImages }> {
  const directory = mkdtempSync(join(tmpdir(), 'kars-bench-'));
  try {
    const { archive, images } = await writeSandboxImages(directory);
    const node = await startNode({ images: [archive] });
    await serveKinds(node.admin);
    return { node, images };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function report(
  starts: readonly StartFigures[],
  crowdSeconds: number,
  launcher: readonly Goal[],
): BenchReport {
  const middle = (of: (figures: StartFigures) => number): number => median(starts.map(of));
  const start = middle(({ startMilliseconds }) => startMilliseconds);
  const guard = middle(({ guardMilliseconds }) => guardMilliseconds);
  const memory = middle(({ routerKibibytes, proxyKibibytes }) => routerKibibytes + proxyKibibytes);
  return {
    conditions: {
      ...machineConditions(),
      runs: `${STARTS} sandboxes one after the other, then ${CROWD} at once; goals are of the median`,
      start: 'from the first object applied to the agent container running, images present',
      memory: 'RssAnon of router and egress proxy, ten seconds after the start',
      requests: 'lowered in the crowd, so that the scheduler places them all; nothing else is',
    },
    results: starts.map((figures, index) => ({
      sandbox: index + 1,
      'start s': (figures.startMilliseconds / 1000).toFixed(1),
      'guard ms': Math.round(figures.guardMilliseconds),
      'router MiB': (figures.routerKibibytes / 1024).toFixed(1),
      'proxy MiB': (figures.proxyKibibytes / 1024).toFixed(1),
    })),
    goals: [
      goal('apply to agent running', 8000, start, 's'),
      goal('guard', 500, guard, 'ms'),
      goal('idle memory of router and proxy', 90 * 1024, memory, 'MiB'),
      {
        name: `${CROWD} sandboxes at once`,
        goal: 'all running',
        measured: Number.isNaN(crowdSeconds) ? 'not all' : `all after ${crowdSeconds.toFixed(0)} s`,
        met: !Number.isNaN(crowdSeconds),
      },
      ...launcher,
      goal('size of the launcher', 3e6, statSync(launcherProgram('launch')).size, 'MB'),
    ],
  };
}

const units = {
  s: (value: number): string => `${(value / 1000).toFixed(1)} s`,
  ms: (value: number): string => `${value.toFixed(0)} ms`,
  MiB: (value: number): string => `${(value / 1024).toFixed(1)} MiB`,
  MB: (value: number): string => `${(value / 1e6).toFixed(1)} MB`,
} as const;

function goal(name: string, most: number, measured: number, unit: keyof typeof units): Goal {
  const show = units[unit];
  return { name, goal: `at most ${show(most)}`, measured: show(measured), met: measured <= most };
}
