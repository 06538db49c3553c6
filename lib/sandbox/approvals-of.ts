import type { IConstruct } from 'constructs';
import type { DeclaredApproval } from './approval-objects.ts';

const declared = new WeakMap<IConstruct, DeclaredApproval[]>();

/** Says an approval of a sandbox. */
export function declareApproval(sandbox: IConstruct, approval: DeclaredApproval): void {
  const known = declared.get(sandbox);
  if (known === undefined) declared.set(sandbox, [approval]);
  else known.push(approval);
}

/** The approvals that have been said of a sandbox. */
export const approvalsOf = (sandbox: IConstruct): readonly DeclaredApproval[] =>
  declared.get(sandbox) ?? [];
