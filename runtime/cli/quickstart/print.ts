import { formatTable } from '../table.ts';
import { observe, type Attempt, type QuickstartReport } from './report.ts';

/** The report as a person reads it. */
export function formatReport(report: QuickstartReport): string {
  const { objects, digests, naked, governed, ownModel, audit, tokens } = report;
  const kinds = Object.entries(objects).map(([kind, count]) => [kind, String(count)]);
  const logs = Object.entries(audit).map(([name, log]) =>
    log.ok
      ? `  ${name}: ${log.records} records, ${log.allowed} allowed, ${log.denied} denied, chain intact, ${log.signedThrough === undefined ? 'not signed' : 'signed'}`
      : `  ${name}: broken at line ${log.line}: [${log.code}] ${log.message}`,
  );
  return [
    'Synthesized objects',
    formatTable([['kind', 'count'], ...kinds]),
    '',
    `Digests: ${digests.filter((entry) => entry.enforced === entry.synthesized).length} of ${digests.length} enforced as synthesized`,
    '',
    'Without a sandbox',
    formatTable([HEAD, ...naked.attempts.map(row)]),
    `  the collector has the secret: ${yesNo(naked.collectorHasSecret)}`,
    '',
    'In the sandbox',
    formatTable([HEAD, ...governed.attempts.map(row)]),
    `  the collector has the secret: ${yesNo(governed.collectorHasSecret)}`,
    `  the agent says: ${governed.summary ?? 'nothing'}`,
    '',
    ...(ownModel === undefined ? [] : formatOwnModel(ownModel)),
    'Audit logs, verified offline',
    ...logs,
    `  tokens charged: ${tokens.input} in, ${tokens.output} out`,
    '',
    'Proof',
    ...observe(report).map(({ claim, holds }) => `  ${holds ? 'seen    ' : 'NOT SEEN'}  ${claim}`),
  ].join('\n');
}

function formatOwnModel(run: NonNullable<QuickstartReport['ownModel']>): string[] {
  const title = 'In the sandbox, with your own model (for information)';
  if ('failed' in run) return [title, `  it did not run: ${run.failed}`, ''];
  return [
    title,
    formatTable([HEAD, ...run.attempts.map(row)]),
    `  the collector has the secret: ${yesNo(run.collectorHasSecret)}`,
    `  the agent says: ${run.summary ?? 'nothing'}`,
    '',
  ];
}

const HEAD = ['attempt', 'outcome', 'layer', 'code', 'rule'];

const row = ({ what, outcome, layer, code, rule }: Attempt): string[] => [
  what,
  outcome,
  layer,
  code,
  rule,
];

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
