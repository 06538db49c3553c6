import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { Finding } from '../doctor/facts.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** `kars doctor`: whether a cluster holds what sandboxes rely on. */
export function addDoctor(program: Command, output: Output): void {
  program
    .command('doctor')
    .description('check that a cluster holds what sandboxes rely on, with the rights of the user')
    .option('--kubeconfig <file>', 'instead of what kubectl would use')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--json', 'print the findings as JSON')
    .option('--strict', 'fail for warnings and for what cannot be read, too')
    .action(async ({ json = false, strict = false, ...options }: Options) => {
      const { loadConfig } = await import('../cluster/kube-client.ts');
      const { readFacts } = await import('../doctor/read-facts.ts');
      const { checkAll } = await import('../doctor/checks.ts');
      const findings = checkAll(await readFacts(loadConfig(options)));
      output.print(json ? JSON.stringify({ findings }, null, 2) : formatFindings(findings));
      process.exitCode = passes(findings, strict) ? exitCodes.ok : exitCodes.failed;
    });
}

/** Whether nothing failed; with `strict`, whether everything is known to hold. */
export const passes = (findings: readonly Finding[], strict: boolean): boolean =>
  findings.every(({ state }) => state === 'ok' || (!strict && state !== 'failed'));

/** A table, and the cure of whatever does not hold. */
export function formatFindings(findings: readonly Finding[]): string {
  const rows = findings.map(({ check, state, found }) => [state, check, found]);
  const cures = findings.filter(({ cure }) => cure !== '');
  return [
    formatTable([['state', 'check', 'found'], ...rows]),
    ...(cures.length === 0
      ? []
      : [
          '',
          'What to do:',
          ...cures.map(({ check, cure }) => `  ${oneLine(`${check}: ${cure}`)}`),
        ]),
  ].join('\n');
}
