import { suggestedChange } from '../../egress-policy/suggested-change.ts';
import type { TargetAttempts } from './attempted-targets.ts';
import type { ListedApproval } from './listed-approvals.ts';

/** The `egress` of a construct that has what the approvals in force open, each host and port once. */
export function exportEntries(approvals: readonly ListedApproval[]): string {
  const hosts = approvals
    .filter(({ state }) => state === 'in force')
    .flatMap(({ payload }) => payload?.hosts ?? []);
  return egressOf(hosts.map(({ host, port }) => suggestedChange(host, port).construct));
}

/** The `egress` of a construct that has what was learned, the most frequent first. */
export function learnedEntries(learned: readonly TargetAttempts[]): string {
  if (learned.length === 0) return 'nothing was learned, as far as the log goes back';
  const byCount = learned.toSorted((a, b) => b.count - a.count);
  return egressOf(byCount.map(({ construct }) => construct));
}

function egressOf(entries: readonly string[]): string {
  const lines = [...new Set(entries)].map((entry) => `  ${entry},`);
  return ['egress: [', ...lines, ']'].join('\n');
}
