import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { auditRecord, chain, type AuditEntry, type AuditRecord } from 'kars-constructs/contract';

/** An audit log whose end is no record. */
export class AuditLogError extends Error {
  readonly code = 'KARS_AUDIT_BROKEN';

  constructor(file: string, why: string) {
    super(`${file} cannot be continued: ${why}; move it away to keep it, then start again`);
    this.name = 'AuditLogError';
  }
}

/** Longer than any record: fields come from bounded headers, names and policy documents. */
const TAIL_BYTES = 256 * 1024;

/** An append-only file of hash-chained records. One process writes it. */
export class AuditLog {
  /**
   * Opens a log, or makes one. A last line that a crash has torn is cut off; the chain goes on from the
   * last whole record.
   *
   * @throws AuditLogError when the last whole line is not a record.
   */
  static async open(file: string): Promise<AuditLog> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a+', 0o600);
    try {
      return new AuditLog(handle, await lastRecord(handle, file));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  readonly #handle: FileHandle;
  #last: AuditRecord | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(handle: FileHandle, last: AuditRecord | undefined) {
    this.#handle = handle;
    this.#last = last;
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
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(line);
    } catch (error) {
      await this.#handle.truncate(size);
      throw error;
    }
  }

  /** Writes what is still under way, then closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.sync();
    await this.#handle.close();
  }
}

async function lastRecord(handle: FileHandle, file: string): Promise<AuditRecord | undefined> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  const end = buffer.lastIndexOf('\n') + 1;
  if (end < buffer.length) await handle.truncate(start + end);
  if (end === 0) {
    if (start > 0) throw new AuditLogError(file, 'its last line is longer than any record');
    return undefined;
  }
  const line = buffer.subarray(buffer.lastIndexOf('\n', end - 2) + 1, end - 1).toString();
  return parseRecord(line, file);
}

function parseRecord(line: string, file: string): AuditRecord {
  try {
    return auditRecord.parse(JSON.parse(line));
  } catch (error) {
    throw new AuditLogError(file, `its last line is no record (${String(error).slice(0, 200)})`);
  }
}
