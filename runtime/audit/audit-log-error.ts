import type { AuditCode } from 'kars-constructs/contract';

/** Why a log takes no record. */
export class AuditLogError extends Error {
  readonly code: AuditCode;

  constructor(code: AuditCode, message: string) {
    super(message);
    this.name = 'AuditLogError';
    this.code = code;
  }
}

/** The end of `file` is no record. */
export const broken = (file: string, why: string): AuditLogError =>
  new AuditLogError(
    'KARS_AUDIT_BROKEN',
    `${file} cannot be continued: ${why}; move it away to keep it, then start again`,
  );
