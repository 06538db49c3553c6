import {
  decodeApproval,
  formatProblem,
  isApprovalFile,
  type EgressApprovalPayload,
} from 'kars-constructs/contract';
import type { GrantedApprovals } from '../cluster/approvals-client.ts';

/** How an approval is at some time. */
export type ApprovalState = 'in force' | 'not yet' | 'ended' | 'malformed';

/** An approval that operators gave. */
export interface ListedApproval {
  readonly name: string;
  readonly state: ApprovalState;
  /** Undefined for one that cannot be read. */
  readonly payload: EgressApprovalPayload | undefined;
  /** Why it cannot be read, `''` when it can. */
  readonly why: string;
}

/** The approvals in the ConfigMap, by name. */
export const listApprovals = ({ data, serverTime }: GrantedApprovals): ListedApproval[] =>
  Object.entries(data)
    .filter(([file]) => isApprovalFile(file))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, body]) => listed(file, body, serverTime.getTime()));

function listed(file: string, body: string, now: number): ListedApproval {
  const name = file.replace(/\.json$/, '');
  const decoded = decodeApproval(file, body);
  if (!decoded.ok) {
    const why = decoded.problems.map(formatProblem).join('; ');
    return { name, state: 'malformed', payload: undefined, why };
  }
  const { payload } = decoded.value;
  return { name, state: stateOf(payload, now), payload, why: '' };
}

function stateOf({ approvedAt, expiresAt }: EgressApprovalPayload, now: number): ApprovalState {
  if (now < Date.parse(approvedAt)) return 'not yet';
  return now < Date.parse(expiresAt) ? 'in force' : 'ended';
}
