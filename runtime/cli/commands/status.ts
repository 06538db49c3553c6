import type { Command } from 'commander';
import { sandboxNamespace } from 'kars-constructs/contract';
import type { ContainerReport, SandboxReport } from '../cluster/sandbox-status.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json?: boolean;
}

/** `kars status`: how a sandbox is, from its pod and the logs of its sidecars. */
export function addStatus(program: Command, output: Output): void {
  program
    .command('status')
    .description('show how a sandbox is, from its pod and the logs of its sidecars')
    .argument('<sandbox>', 'name, or namespace/name when its namespace is not kars-NAME')
    .option('--kubeconfig <file>', 'instead of what kubectl would use')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--json', 'print the report as JSON')
    .action(async (sandbox: string, { json = false, ...options }: Options) => {
      const [name = '', namespace = sandboxNamespace(name)] = sandbox.split('/').toReversed();
      // The client of Kubernetes is most of this program, and no other command needs it.
      const { connect } = await import('../cluster/kube-client.ts');
      const { readSandbox } = await import('../cluster/sandbox-status.ts');
      const report = await readSandbox(connect(options), namespace, name);
      output.print(json ? JSON.stringify(report, null, 2) : formatReport(report));
      process.exitCode = report.ok ? exitCodes.ok : exitCodes.failed;
    });
}

/** The agent writes the last words of its own container, so no text makes a line of its own. */
export function formatReport({ namespace, pod, phase, why, containers }: SandboxReport): string {
  const reasons = [
    ...why,
    ...containers.flatMap((container) => container.why.map((text) => `${container.name}: ${text}`)),
  ];
  const head = ['container', 'state', 'restarts', 'document set'];
  return [
    pod === '' ? `${namespace}: no pod` : `${namespace}/${pod} ${phase}`,
    ...(containers.length === 0 ? [] : ['', formatTable([head, ...containers.map(row)])]),
    ...(reasons.length === 0 ? [] : ['', ...reasons.map(oneLine)]),
  ].join('\n');
}

const DIGEST_LENGTH = 'sha256:'.length + 12;

const row = ({ name, state, restarts, set }: ContainerReport): string[] => [
  name,
  state,
  String(restarts),
  set.slice(0, DIGEST_LENGTH),
];
