import { suggestedChange } from '../../egress-policy/suggested-change.ts';
import type { ListedApproval } from './listed-approvals.ts';

/** The `egress` of a construct that has what the approvals in force open, each host and port once. */
export function exportEntries(approvals: readonly ListedApproval[]): string {
  const hosts = approvals
    .filter(({ state }) => state === 'in force')
    .flatMap(({ payload }) => payload?.hosts ?? []);
  const entries = new Set(hosts.map(({ host, port }) => suggestedChange(host, port).construct));
  const lines = [...entries].map((entry) => `  ${entry},`);
  return ['egress: [', ...lines, ']'].join('\n');
}
