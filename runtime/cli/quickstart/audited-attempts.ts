import { isDecision } from 'kars-constructs/contract';
import { readAuditLog } from '../../audit/verify.ts';
import type { Attempt } from './report.ts';

/** The decisions in an audit log, one attempt each, in order. */
export async function auditedAttempts(
  file: string,
): Promise<{ readonly time: string; readonly attempt: Attempt }[]> {
  const attempts: { time: string; attempt: Attempt }[] = [];
  for await (const step of readAuditLog(file)) {
    if (!step.ok || !isDecision(step.record)) continue;
    const { time, surface, target, decision, code, rule, process: layer } = step.record;
    const outcome = decision === 'allow' ? 'allowed' : 'denied';
    attempts.push({ time, attempt: { what: `${surface} ${target}`, outcome, code, rule, layer } });
  }
  return attempts;
}
