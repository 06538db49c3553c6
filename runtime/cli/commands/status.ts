import type { Command } from 'commander';
import { sandboxNamespace } from 'kars-constructs/contract';
import { formatReport, formatReports } from '../cluster/print-status.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json?: boolean;
}

/** `kars status`: how sandboxes are, from their pods and the logs of their sidecars. */
export function addStatus(program: Command, output: Output): void {
  program
    .command('status')
    .description('show how sandboxes are, from their pods and the logs of their sidecars')
    .argument(
      '[sandbox]',
      'name, or namespace/name when its namespace is not kars-NAME; all of the cluster without one',
    )
    .option('--kubeconfig <file>', 'instead of what kubectl would use')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--json', 'print the report as JSON')
    .action(async (sandbox: string | undefined, { json = false, ...options }: Options) => {
      // The client of Kubernetes is most of this program, and no other command needs it.
      const { connect } = await import('../cluster/kube-client.ts');
      const reader = connect(options);
      const print = (value: object, text: string): void =>
        output.print(json ? JSON.stringify(value, null, 2) : text);
      if (sandbox === undefined) {
        const { readAllSandboxes } = await import('../cluster/all-sandboxes.ts');
        const sandboxes = await readAllSandboxes(reader);
        const ok = sandboxes.every((report) => report.ok);
        print({ ok, sandboxes }, formatReports(sandboxes));
        process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
        return;
      }
      const [name = '', namespace = sandboxNamespace(name)] = sandbox.split('/').toReversed();
      const { readSandbox } = await import('../cluster/sandbox-status.ts');
      const report = await readSandbox(reader, namespace, name);
      print(report, formatReport(report));
      process.exitCode = report.ok ? exitCodes.ok : exitCodes.failed;
    });
}
