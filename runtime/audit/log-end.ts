import type { FileHandle } from 'node:fs/promises';
import { auditRecord, GENESIS, recordHash, type AuditRecord } from 'kars-constructs/contract';
import { broken } from './audit-log-error.ts';
import { LONGEST_LINE } from './lines.ts';

/** Where the records of a file end. */
export interface LogEnd {
  /** The last whole record. */
  readonly last: AuditRecord | undefined;
  readonly size: number;
  /** Bytes behind it that a crash has left. */
  readonly torn: number;
}

/**
 * The last whole record of a file.
 *
 * @param before the last record of the file before this one, undefined when there was none
 * @throws AuditLogError when what is there is no record, or does not follow the record before it.
 */
export async function readEnd(
  handle: FileHandle,
  file: string,
  before?: AuditRecord | 'unknown',
): Promise<LogEnd> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - 3 * LONGEST_LINE);
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  const end = buffer.lastIndexOf('\n') + 1;
  const torn = buffer.length - end;
  const [last, previous] = buffer.toString('utf8', 0, end).split('\n').slice(0, -1).reverse();
  if (last === undefined) {
    if (start > 0) throw broken(file, 'its last line is longer than any record');
    return { last: undefined, size, torn };
  }
  const record = parseRecord(last, file);
  const preceding = previous === undefined ? before : parseRecord(previous, file);
  if (preceding === 'unknown') return { last: record, size, torn };
  if (record.seq !== (preceding?.seq ?? -1) + 1 || record.prev !== (preceding?.hash ?? GENESIS)) {
    throw broken(file, `record ${record.seq} does not follow the one before it`);
  }
  return { last: record, size, torn };
}

function parseRecord(line: string, file: string): AuditRecord {
  let record: AuditRecord;
  try {
    record = auditRecord.parse(JSON.parse(line));
  } catch (error) {
    throw broken(file, `its end is no record (${String(error).slice(0, 200)})`);
  }
  const { hash, ...open } = record;
  if (recordHash(open) !== hash) throw broken(file, `record ${record.seq} was changed`);
  return record;
}
