/** Faults of an audit log. */
export const auditCodes = {
  KARS_AUDIT_MALFORMED: 'a line is not a record',
  KARS_AUDIT_HASH: 'the content of a record is not what its hash says',
  KARS_AUDIT_LINK: 'a record does not follow the one before it',
  KARS_AUDIT_SIGNATURE: 'a signature is not that of the key which it names',
  KARS_AUDIT_KEY: 'a signature is by a key that is not trusted, or no key to sign with can be read',
  KARS_AUDIT_UNSIGNED: 'a key was given, and nothing in the log is signed',
  KARS_AUDIT_TORN:
    'the last line has no end; a crash can leave one, and the next start cuts it off',
  KARS_AUDIT_BROKEN: 'the end of a log is no record, so a process cannot continue it',
  KARS_AUDIT_FULL:
    'the log has as many bytes as it may have, and no part of it is old enough to be removed; every call is denied',
} as const;

/** Code of a fault of an audit log. */
export type AuditCode = keyof typeof auditCodes;
