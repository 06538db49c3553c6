import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { formatReport } from '../quickstart/print.ts';
import { observe } from '../quickstart/report.ts';
import type { RunProvider } from '../quickstart/governed-run.ts';
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
    .option('--keep', 'keep documents and audit logs')
    .option('--json', 'print the report as JSON')
    .action(async (app: string, { out, json = false, keep = false }: Options) => {
      const ownProvider = providerOf(process.env);
      const report = await runQuickstart({
        app,
        out,
        keep,
        progress: output.progress,
        ...(ownProvider === undefined ? {} : { ownProvider }),
      });
      const observations = observe(report);
      output.print(
        json ? JSON.stringify({ ...report, observations }, null, 2) : formatReport(report),
      );
      process.exitCode = observations.every(({ holds }) => holds) ? exitCodes.ok : exitCodes.failed;
    });
}

/** The model of the user, where the environment names one, by the names and defaults of the OpenAI clients. */
function providerOf({
  OPENAI_API_KEY,
  OPENAI_BASE_URL,
}: NodeJS.ProcessEnv): RunProvider | undefined {
  if (OPENAI_API_KEY === undefined || OPENAI_API_KEY === '') return undefined;
  const endpoint = OPENAI_BASE_URL ?? '';
  return {
    credential: OPENAI_API_KEY,
    endpoint: endpoint === '' ? 'https://api.openai.com/v1' : endpoint,
  };
}
