import type { AuditCode, StateCode } from 'kars-constructs/contract';
import { AuditLogError } from '../audit/audit-log-error.ts';

/** Why a process cannot use its state directory. */
export class StateFault extends Error {
  readonly code: StateCode | AuditCode;

  constructor(code: StateCode | AuditCode, message: string) {
    super(message);
    this.name = 'StateFault';
    this.code = code;
  }

  /** The fault behind whatever using `directory` has thrown. */
  static of(error: unknown, directory: string): StateFault {
    if (error instanceof StateFault) return error;
    const why = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof AuditLogError) return new StateFault(error.code, why);
    return code === 'ENOSPC' || code === 'EDQUOT'
      ? new StateFault('KARS_STATE_FULL', `${directory} has no space left; enlarge the volume`)
      : new StateFault('KARS_STATE_UNWRITABLE', `${directory} cannot be written: ${why}`);
  }

  /** Code and message on one line. */
  override toString(): string {
    return `[${this.code}] ${this.message}`;
  }
}
