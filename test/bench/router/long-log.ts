import { join } from 'node:path';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import type { NewEntry } from '../../../runtime/audit/batch.ts';
import { Ledger } from '../../../runtime/router/budget/ledger.ts';

const AT_ONCE = 1000;

const entry: NewEntry = {
  sandbox: 'bench',
  process: 'router',
  set: `sha256:${'0'.repeat(64)}`,
  surface: 'chat',
  target: 'fast',
  decision: 'allow',
  code: '',
  rule: 'InferencePolicy agents/reader models',
  reason: 'allowed',
  reserved: 1500,
};

/** A state directory whose audit log has so many records already. */
export async function writeLongLog(directory: string, records: number): Promise<string> {
  const state = join(directory, `state-of-${records}`);
  const log = await AuditLog.open(state);
  for (let written = 0; written < records; written += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => log.append(entry)));
  }
  await log.close();
  // A log without it is that of a router whose budget is gone.
  Ledger.open(join(state, 'budget.sqlite')).close();
  return state;
}
