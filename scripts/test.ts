import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tiers, type Project, type Tier } from './tiers.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    'require-all': { type: 'boolean', default: false },
  },
});

const chosen = tiers.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
const missing = chosen.flatMap((tier) => {
  const state = tier.state();
  return state.ready ? [] : [{ tier, state }];
});
const left = new Set(missing.map(({ tier }) => tier));
const ready = chosen.filter((tier) => !left.has(tier));
const isShared = ({ sharesMachine }: Tier): boolean => sharesMachine;
const together = ready.filter(isShared).flatMap(({ projects }) => projects);
const results = await runAll(together);
for (const { projects } of ready.filter((tier) => !isShared(tier))) {
  results.push(...(await runAll(projects)));
}

for (const { tier, state } of missing) {
  process.stdout.write(
    `left out: ${tier.name} tier, ${state.missing}; add it with: ${state.command}\n`,
  );
}
const insists = values['require-all'] || values.only.length > 0;
const passed = sum(results.map((result) => result.passed));
const failed = sum(results.map((result) => result.failed)) + (insists ? missing.length : 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** Runs projects beside each other; on a terminal each would draw its progress over that of the others. */
async function runAll(projects: readonly Project[]): Promise<Counts[]> {
  if (!process.stdout.isTTY) return Promise.all(projects.map(run));
  const results: Counts[] = [];
  for (const project of projects) results.push(await run(project));
  return results;
}

async function run({ name, isPatient = false }: Project): Promise<Counts> {
  process.stdout.write(`running the tests of ${name}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'kars-test-'));
  const report = join(directory, 'report.json');
  try {
    const priority = isPatient ? ['nice', '-n', '10'] : [];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const [program = '', ...args] = [...priority, 'vitest', 'run', '--project', name, ...reporters];
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    const [status] = (await once(child, 'close')) as [number | null];
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    // A file that fails to load has no failed test, and still is a failure.
    return { passed: numPassedTests, failed: status === 0 ? 0 : Math.max(1, numFailedTests) };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
