import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchDocumentFor } from '../../../lib/sandbox/launch/launch-document.ts';
import { launcherProgram } from '../../kernel/programs.ts';
import { machineConditions, median, type BenchReport } from '../report.ts';

const RUNS = 100;
const MOST_MILLISECONDS = 30;
const PROGRAM = '/bin/true';

/** What the launcher adds to the start of a program, beside another program that starts one. */
export function benchLauncher(progress: (text: string) => void): BenchReport {
  const directory = mkdtempSync(join(tmpdir(), 'kars-bench-'));
  try {
    const document = join(directory, 'launch.json');
    const input = { isolation: 'enhanced', connectPorts: 'Any', minLandlockAbi: 1 } as const;
    writeFileSync(document, JSON.stringify(launchDocumentFor({ ...input, writable: [directory] })));
    const commands = {
      'the program alone': [PROGRAM],
      'env, which starts it': ['/usr/bin/env', PROGRAM],
      'the launcher, which starts it': [
        launcherProgram('launch'),
        `--document=${document}`,
        '--',
        PROGRAM,
      ],
    };
    const times = measure(Object.values(commands), progress);
    const medians = times.map(median);
    const added = (medians[2] ?? Number.NaN) - (medians[0] ?? Number.NaN);
    return {
      conditions: { ...machineConditions(), runs: `${RUNS} of each, in turn` },
      results: Object.keys(commands).map((name, index) => ({
        start: name,
        'median ms': (medians[index] ?? Number.NaN).toFixed(1),
        'fastest ms': Math.min(...(times[index] ?? [])).toFixed(1),
      })),
      goals: [
        {
          name: 'added by the launcher',
          goal: `at most ${MOST_MILLISECONDS} ms`,
          measured: `${added.toFixed(1)} ms`,
          met: added <= MOST_MILLISECONDS,
        },
      ],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function measure(
  commands: readonly (readonly string[])[],
  progress: (text: string) => void,
): readonly number[][] {
  const times = commands.map((): number[] => []);
  for (let run = 0; run < RUNS; run += 1) {
    for (const [index, [program = '', ...args]] of commands.entries()) {
      const started = performance.now();
      const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      times[index]?.push(performance.now() - started);
      if (status !== 0) throw new Error(`${program} ended with ${status ?? 'a signal'}: ${stderr}`);
    }
  }
  progress(`started ${commands.length} commands ${RUNS} times each`);
  return times;
}
