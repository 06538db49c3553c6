import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  auditRecord,
  chain,
  GENESIS,
  recordHash,
  type AuditEntry,
  type AuditRecord,
} from 'kars-constructs/contract';
import { LONGEST_LINE } from './lines.ts';

/** An audit log whose end is no record. */
export class AuditLogError extends Error {
  readonly code = 'KARS_AUDIT_BROKEN';

  constructor(file: string, why: string) {
    super(`${file} cannot be continued: ${why}; move it away to keep it, then start again`);
    this.name = 'AuditLogError';
  }
}

/** An append-only file of hash-chained records. One process writes it. */
export class AuditLog {
  /**
   * Opens a log, or makes one. A last line that a crash has torn is cut off; the chain goes on from the
   * last whole record.
   *
   * @throws AuditLogError when the last two whole lines are not records that follow each other; the file
   *   is then left as it is.
   */
  static async open(file: string): Promise<AuditLog> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a+', 0o600);
    try {
      const { last, size, torn } = await readEnd(handle, file);
      if (torn > 0) await handle.truncate(size - torn);
      return new AuditLog(handle, last, torn);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes of a torn line that opening has cut off. */
  readonly cutOff: number;
  readonly #handle: FileHandle;
  #last: AuditRecord | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  #half = false;

  private constructor(handle: FileHandle, last: AuditRecord | undefined, cutOff: number) {
    this.#handle = handle;
    this.#last = last;
    this.cutOff = cutOff;
  }

  /**
   * Appends a record behind all that were appended before.
   *
   * @throws Error when the file cannot be written; the call that the record is about must not go on.
   */
  append(entry: Omit<AuditEntry, 'time'>): Promise<AuditRecord> {
    const written = this.#writing.then(async () => {
      const record = chain(this.#last, { ...entry, time: new Date().toISOString() });
      await this.#write(`${JSON.stringify(record)}\n`);
      this.#last = record;
      return record;
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** A write that fails in the middle must not leave half a record in front of the next one. */
  async #write(line: string): Promise<void> {
    if (this.#half)
      throw new Error('half a record is at the end of the log, and cannot be cut off');
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(line);
    } catch (error) {
      this.#half = true;
      await this.#handle.truncate(size);
      this.#half = false;
      throw error;
    }
  }

  /** Writes what is still under way, then closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    try {
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }
}

/** The last whole record of a log, and how many bytes a crash has left behind it. */
async function readEnd(handle: FileHandle, file: string) {
  const { size } = await handle.stat();
  const start = Math.max(0, size - 3 * LONGEST_LINE);
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  const end = buffer.lastIndexOf('\n') + 1;
  const torn = buffer.length - end;
  const [last, previous] = buffer.toString('utf8', 0, end).split('\n').slice(0, -1).reverse();
  if (last === undefined) {
    if (start > 0) throw new AuditLogError(file, 'its last line is longer than any record');
    return { last: undefined, size, torn };
  }
  const record = parseRecord(last, file);
  const before = previous === undefined ? undefined : parseRecord(previous, file);
  if (record.seq !== (before?.seq ?? -1) + 1 || record.prev !== (before?.hash ?? GENESIS)) {
    throw new AuditLogError(file, `record ${record.seq} does not follow the one before it`);
  }
  return { last: record, size, torn };
}

function parseRecord(line: string, file: string): AuditRecord {
  let record: AuditRecord;
  try {
    record = auditRecord.parse(JSON.parse(line));
  } catch (error) {
    throw new AuditLogError(file, `its end is no record (${String(error).slice(0, 200)})`);
  }
  const { hash, ...open } = record;
  if (recordHash(open) !== hash) throw new AuditLogError(file, `record ${record.seq} was changed`);
  return record;
}
