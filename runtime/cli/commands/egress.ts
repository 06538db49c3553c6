import { InvalidArgumentError, type Command } from 'commander';
import { sandboxNamespace } from 'kars-constructs/contract';
import type { TargetAttempts } from '../egress/attempted-targets.ts';
import type { ListedApproval } from '../egress/listed-approvals.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { formatTable } from '../table.ts';

interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json?: boolean;
}

interface ApproveFlags extends ClusterFlags {
  readonly reason: string;
  readonly ttl: string;
  readonly ticket?: string;
  readonly name?: string;
}

/** `kars egress`: what was denied, and what operators open for a while. */
export function addEgress(program: Command, output: Output): void {
  const egress = program
    .command('egress')
    .description('show what a sandbox was denied, and open it for a while');
  const command = (name: string, description: string): Command =>
    egress
      .command(name)
      .description(description)
      .argument('<sandbox>', 'name, or namespace/name when its namespace is not kars-NAME')
      .option('--kubeconfig <file>', 'instead of what kubectl would use')
      .option('--context <name>', 'context of the kubeconfig')
      .option('--json', 'print the result as JSON');

  command(
    'blocked',
    'list what was denied, the newest first, with the change that would open it',
  ).action(async (sandbox: string, flags: ClusterFlags) => {
    const { readTargets } = await import('../egress/run.ts');
    const blocked = await readTargets(placeOf(sandbox), 'egress-blocked', flags);
    show(output, flags, { blocked }, formatBlocked);
  });

  command('top', 'list what was denied most often')
    .option('--limit <count>', 'how many', positive, 10)
    .action(async (sandbox: string, flags: ClusterFlags & { readonly limit: number }) => {
      const { readTargets } = await import('../egress/run.ts');
      const { topOf } = await import('../egress/attempted-targets.ts');
      const targets = await readTargets(placeOf(sandbox), 'egress-blocked', flags);
      show(output, flags, { blocked: topOf(targets, flags.limit) }, formatBlocked);
    });

  command('learned', 'print what was let through to learn, as entries for the construct').action(
    async (sandbox: string, flags: ClusterFlags) => {
      const { readTargets } = await import('../egress/run.ts');
      const { learnedEntries } = await import('../egress/export-entries.ts');
      const learned = await readTargets(placeOf(sandbox), 'egress-learned', flags);
      show(output, flags, { learned }, () => learnedEntries(learned));
    },
  );

  command('approve', 'open hosts for a while')
    .argument('<hosts...>', 'HOST, or HOST:PORT when the port is not 443')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .option('--ttl <duration>', 'how long, in ISO 8601', 'PT1H')
    .option('--ticket <number>', 'number of a ticket')
    .option('--name <name>', 'name of the approval, made from the first host when absent')
    .action(async (sandbox: string, hosts: readonly string[], flags: ApproveFlags) => {
      const { approve } = await import('../egress/run.ts');
      const { reason, ttl, ticket, name } = flags;
      const request = { hosts, reason, ttl, ticket, name };
      const result = await approve(placeOf(sandbox), request, flags, output.progress);
      show(output, flags, result, () => `approved ${result.approval} until ${result.expiresAt}`);
      process.exitCode = result.inForce ? exitCodes.ok : exitCodes.failed;
    });

  command('revoke', 'end an approval that operators gave')
    .argument('<approval>', 'its name')
    .action(async (sandbox: string, approval: string, flags: ClusterFlags) => {
      const { revoke } = await import('../egress/run.ts');
      const result = await revoke(placeOf(sandbox), approval, flags, output.progress);
      show(output, flags, result, () => `revoked ${result.approval}`);
      process.exitCode = result.ended ? exitCodes.ok : exitCodes.failed;
    });

  command('approvals', 'list what operators have opened').action(
    async (sandbox: string, flags: ClusterFlags) => {
      const { readApprovals } = await import('../egress/run.ts');
      const approvals = await readApprovals(placeOf(sandbox), flags);
      show(output, flags, { approvals }, ({ approvals: all }) => formatApprovals(all));
    },
  );

  command('export', 'print the approvals in force as entries for the construct').action(
    async (sandbox: string, flags: ClusterFlags) => {
      const { readApprovals } = await import('../egress/run.ts');
      const { exportEntries } = await import('../egress/export-entries.ts');
      const text = exportEntries(await readApprovals(placeOf(sandbox), flags));
      show(output, flags, { egress: text }, () => text);
    },
  );

  command('accept-clock', 'say that the clock of the node is right, after it has jumped').action(
    async (sandbox: string, flags: ClusterFlags) => {
      const { acceptClock } = await import('../egress/run.ts');
      const result = await acceptClock(placeOf(sandbox), flags);
      show(output, flags, result, () => `accepted ${result.acceptedAt}`);
    },
  );
}

function placeOf(text: string): { readonly namespace: string; readonly sandbox: string } {
  const [sandbox = '', namespace = sandboxNamespace(sandbox)] = text.split('/').toReversed();
  return { namespace, sandbox };
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('supply a number from 1');
}

function show<Result extends object>(
  { print }: Output,
  { json = false }: ClusterFlags,
  result: Result,
  format: (result: Result) => string,
): void {
  print(json ? JSON.stringify(result, null, 2) : format(result));
}

/** A table, and for each target the change that would open it. */
export function formatBlocked({
  blocked,
}: {
  readonly blocked: readonly TargetAttempts[];
}): string {
  if (blocked.length === 0) return 'nothing was denied, as far as the log goes back';
  const head = ['target', 'attempts', 'last', 'code', 'to open it'];
  return formatTable([
    head,
    ...blocked.map(({ host, port, count, last, code, construct }) => [
      `${host}:${port ?? '?'}`,
      String(count),
      last,
      code,
      construct,
    ]),
  ]);
}

/** A table of approvals, with the reason why one cannot be read. */
export function formatApprovals(approvals: readonly ListedApproval[]): string {
  if (approvals.length === 0) return 'operators have opened nothing';
  const head = ['approval', 'state', 'until', 'hosts', 'reason'];
  const rows = approvals.map(({ name, state, payload, why }) => [
    name,
    state,
    payload?.expiresAt ?? '',
    (payload?.hosts ?? []).map(({ host, port }) => `${host}:${port}`).join(' '),
    payload?.reason ?? oneLine(why),
  ]);
  return formatTable([head, ...rows]);
}
