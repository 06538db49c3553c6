import type { BudgetStatus, CircuitStatus, IdentityStatus } from 'kars-constructs/contract';
import { oneLine } from '../printable.ts';
import { formatTable } from '../table.ts';
import type { ContainerReport, SandboxReport } from './sandbox-status.ts';

/** One sandbox. The agent writes the last words of its own container, so no text makes a line of its own. */
export function formatReport(report: SandboxReport): string {
  const { namespace, pod, phase, containers, circuits, identities, budget } = report;
  return [
    pod === '' ? `${namespace}: no pod` : `${namespace}/${pod} ${phase}`,
    ...section(['container', 'state', 'restarts', 'document set'], containers.map(containerRow)),
    ...section(
      ['provider', 'credential', 'token until', 'last error'],
      identities.map(identityRow),
    ),
    ...section(['circuit', 'API', 'state', 'until'], circuits.map(circuitRow)),
    ...section(['budget', 'tokens left', 'of', 'until'], budget.map(budgetRow)),
    ...paragraph(reasonsOf(report)),
  ].join('\n');
}

/** Every sandbox in a line, and below what is wrong with any. */
export function formatReports(reports: readonly SandboxReport[]): string {
  if (reports.length === 0) return 'there is no sandbox in this cluster';
  const rows = reports.map(({ namespace, sandbox, ok, phase, containers }) => [
    sandbox,
    namespace,
    ok ? 'ok' : 'failed',
    phase,
    digestOf(containers.find(({ set }) => set !== '')?.set ?? ''),
  ]);
  const head = ['sandbox', 'namespace', 'status', 'pod', 'document set'];
  const reasons = reports.flatMap((report) =>
    reasonsOf(report).map((text) => `${report.sandbox}: ${text}`),
  );
  return [formatTable([head, ...rows]), ...paragraph(reasons)].join('\n');
}

const reasonsOf = ({ why, containers }: SandboxReport): string[] => [
  ...why,
  ...containers.flatMap((container) => container.why.map((text) => `${container.name}: ${text}`)),
];

const section = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0 ? [] : ['', formatTable([head, ...rows])];

const paragraph = (lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', ...lines.map(oneLine)];

const DIGEST_LENGTH = 'sha256:'.length + 12;

const digestOf = (set: string): string => set.slice(0, DIGEST_LENGTH);

const containerRow = ({ name, state, restarts, set }: ContainerReport): string[] => [
  name,
  state,
  String(restarts),
  digestOf(set),
];

const identityRow = ({ provider, source, expires = '', error }: IdentityStatus): string[] => [
  provider,
  source,
  expires,
  error,
];

const circuitRow = ({ provider, model, path, state, until = '' }: CircuitStatus): string[] => [
  `${provider}/${model}`,
  path,
  state,
  until,
];

const budgetRow = ({ window, left, limit, ends }: BudgetStatus): string[] => [
  window,
  String(left),
  String(limit),
  ends,
];
