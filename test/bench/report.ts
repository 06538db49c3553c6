import { arch, cpus, platform, totalmem } from 'node:os';
import { formatTable } from '../../runtime/cli/table.ts';

/** A number that a bench is to reach. */
export interface Goal {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What every bench reports, as text or as JSON. */
export interface BenchReport {
  readonly conditions: Readonly<Record<string, string>>;
  readonly results: readonly Readonly<Record<string, string | number>>[];
  readonly goals: readonly Goal[];
}

/** What every bench is told. */
export interface BenchOptions {
  /** Only shows that the bench works. */
  readonly quick: boolean;
  /** How often each thing is measured, where a bench lets one choose. */
  readonly runs: number;
  /** For how long something is used instead of measured, where a bench has that. */
  readonly soakMinutes: number | undefined;
}

/** The machine and programs that a bench ran on. */
export const machineConditions = (): Record<string, string> => ({
  node: process.version,
  machine: `${platform()} ${arch()}, ${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB`,
});

/** The report as a table with its conditions and goals. */
export function formatBench({ conditions, results, goals }: BenchReport): string {
  const columns = Object.keys(results[0] ?? {});
  const rows = results.map((result) => columns.map((column) => String(result[column] ?? '')));
  return [
    ...Object.entries(conditions).map(([name, value]) => `${name}: ${value}`),
    '',
    formatTable([columns, ...rows]),
    '',
    formatTable([
      ['goal', 'wanted', 'measured', 'met'],
      ...goals.map(({ name, goal, measured, met }) => [name, goal, measured, met ? 'yes' : 'no']),
    ]),
  ].join('\n');
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
