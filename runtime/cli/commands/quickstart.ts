import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { formatReport } from '../quickstart/print.ts';
import { observe } from '../quickstart/report.ts';
import { runQuickstart } from '../quickstart/run.ts';

interface Options {
  readonly out: string;
  readonly json?: boolean;
  readonly keep?: boolean;
}

/** `kars quickstart`: the proof that a sandbox stops what an open network does not. */
export function addQuickstart(program: Command, output: Output): void {
  program
    .command('quickstart')
    .description('run one task without a sandbox and in it, and show what differs')
    .argument('[app]', 'cdk8s app with one KarsSandbox', 'examples/quickstart/main.ts')
    .option('--out <directory>', 'where the manifests go', 'out/quickstart')
    .option('--keep', 'keep the working directory with documents and audit logs')
    .option('--json', 'print the report as JSON')
    .action(async (app: string, { out, json = false, keep = false }: Options) => {
      const report = await runQuickstart({ app, out, keep, progress: output.progress });
      const observations = observe(report);
      output.print(
        json ? JSON.stringify({ ...report, observations }, null, 2) : formatReport(report),
      );
      process.exitCode = observations.every(({ holds }) => holds) ? exitCodes.ok : exitCodes.failed;
    });
}
