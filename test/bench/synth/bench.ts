import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineConditions, median, type BenchReport, type Goal } from '../report.ts';

interface Measurement {
  readonly milliseconds: number;
  readonly objects: number;
  readonly bytes: number;
  readonly peakKibibytes: number;
}

interface Row {
  readonly sandboxes: number;
  readonly charts: number;
  readonly ours: Measurement;
  readonly plain: Measurement;
  /** Zod alone, on the same specs. */
  readonly schemas: Measurement;
}

const RUNS = 5;
const SIZES = [1, 100, 1000, 3000];
/** Plain cdk8s needs minutes for 3,000 charts, so the slow shape stops at 1,000. */
const CHART_EACH = [1, 100, 1000];
const MEASURE = fileURLToPath(new URL('./measure.ts', import.meta.url));

/** Synthesis of many sandboxes beside plain cdk8s making the same objects in the same charts. */
export function benchSynth(progress: (text: string) => void): BenchReport {
  const rows = [
    ...SIZES.map((count) => measureRow(count, 1, progress)),
    ...CHART_EACH.slice(1).map((count) => measureRow(count, count, progress)),
  ];
  return {
    conditions: {
      ...machineConditions(),
      runs: `median of ${RUNS}, each in a process of its own, ours and plain in turn`,
      time: 'from an empty app to written YAML, validation included, imports and their garbage excluded',
    },
    results: rows.map(({ sandboxes, charts, ours, plain, schemas }) => ({
      sandboxes,
      charts,
      objects: ours.objects,
      'ours ms': Math.round(ours.milliseconds),
      'plain ms': Math.round(plain.milliseconds),
      'zod ms': schemas.milliseconds.toFixed(1),
      ratio: ratioOf(ours, plain).toFixed(2),
      'own ms a sandbox': ((ours.milliseconds - plain.milliseconds) / sandboxes).toFixed(2),
      MiB: (ours.bytes / 2 ** 20).toFixed(1),
      'peak MiB': Math.round(ours.peakKibibytes / 1024),
    })),
    goals: goalsOf(rows.filter(({ charts }) => charts === 1)),
  };
}

function measureRow(sandboxes: number, charts: number, progress: (text: string) => void): Row {
  const directory = mkdtempSync(join(tmpdir(), 'kars-bench-'));
  try {
    const file = join(directory, 'objects.json');
    const ours: Measurement[] = [];
    const plain: Measurement[] = [];
    const schemas: Measurement[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      progress(`${sandboxes} sandboxes in ${charts} charts, run ${run} of ${RUNS}`);
      ours.push(measure('ours', sandboxes, charts, file));
      plain.push(measure('plain', sandboxes, charts, file));
      schemas.push(measure('schemas', sandboxes, charts, file));
    }
    return {
      sandboxes,
      charts,
      ours: middle(ours),
      plain: middle(plain),
      schemas: middle(schemas),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function measure(side: string, sandboxes: number, charts: number, file: string): Measurement {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      '--conditions=kars:source',
      MEASURE,
      side,
      String(sandboxes),
      String(charts),
      file,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measurement;
}

const middle = (all: readonly Measurement[]): Measurement => {
  const milliseconds = median(all.map((one) => one.milliseconds));
  const [first] = all.filter((one) => one.milliseconds === milliseconds);
  if (first === undefined) throw new Error('nothing was measured');
  return first;
};

const ratioOf = (ours: Measurement, plain: Measurement): number =>
  ours.milliseconds / plain.milliseconds;

/** What is left when our own share is nothing: the specs are validated, whoever makes the objects. */
const floorOf = (plain: Measurement, schemas: Measurement): number =>
  (plain.milliseconds + schemas.milliseconds) / plain.milliseconds;

function goalsOf(rows: readonly Row[]): Goal[] {
  const own = rows
    .filter(({ sandboxes }) => sandboxes >= 1000)
    .map(({ sandboxes, ours, plain }) => (ours.milliseconds - plain.milliseconds) / sandboxes);
  const growth = (own[1] ?? 0) / (own[0] ?? 1);
  const thousand = rows.find(({ sandboxes }) => sandboxes === 1000)?.ours.milliseconds ?? Infinity;
  return [
    ...rows.map(({ sandboxes, ours, plain, schemas }) => ({
      name: `${sandboxes} sandboxes in one chart, beside plain cdk8s`,
      goal: 'at most 1.3 x',
      measured: `${ratioOf(ours, plain).toFixed(2)} x; plain and zod alone ${floorOf(plain, schemas).toFixed(2)} x`,
      met: ratioOf(ours, plain) <= 1.3,
    })),
    {
      name: 'own share of one sandbox, at 3,000 against at 1,000',
      goal: 'about 1 x (linear)',
      measured: `${growth.toFixed(2)} x`,
      met: growth <= 1.5,
    },
    {
      name: '1,000 sandboxes in the shape that is recommended, one chart',
      goal: 'at most 5 s',
      measured: `${(thousand / 1000).toFixed(1)} s`,
      met: thousand <= 5000,
    },
  ];
}
