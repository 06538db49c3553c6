import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turnEnd } from 'node:timers/promises';
import { AUDIT_FILE, type AuditRecord } from 'kars-constructs/contract';
import { AuditLogError } from './audit-log-error.ts';
import { chainBatch, MOST_RECORDS, type Batch, type NewEntry } from './batch.ts';
import { removedBefore, segmentBytes, type AuditBounds } from './bounds.ts';
import { LONGEST_LINE } from './lines.ts';
import { readEnd } from './log-end.ts';
import { closedName, closedSegments, type ClosedSegment } from './segments.ts';

/** The segment that takes records. */
interface OpenSegment {
  readonly handle: FileHandle;
  size: number;
}

/** When a record is written. */
export type AppendTime = 'now' | 'soon';

/** Seldom enough to matter, and far below what anybody waits for an end to show. */
const SOON_MILLISECONDS = 100;

/** A record that is to be written, and who waits for it. */
interface Waiting {
  readonly entry: NewEntry;
  readonly written: (record: AuditRecord) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * An append-only log of hash-chained records, in segments. One process writes it. The chain goes on from
 * segment to segment; where old ones are removed, a record says which, and ties what is left to them.
 */
export class AuditLog {
  /**
   * Opens the log in a directory, or makes one. A last line that a crash has torn is cut off; the chain
   * goes on from the last whole record.
   *
   * @throws AuditLogError when the last two whole lines are not records that follow each other, the files
   *   are then left as they are; or when the log has no room.
   */
  static async open(directory: string, bounds: AuditBounds = {}): Promise<AuditLog> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const closed = await closedSegments(directory);
    const newest = closed.at(-1);
    const before = newest === undefined ? undefined : (await endOf(newest.file)).last;
    const file = join(directory, AUDIT_FILE);
    const handle = await open(file, 'a+', 0o600);
    try {
      const { last = before, size, torn } = await readEnd(handle, file, before);
      if (torn > 0) await handle.truncate(size - torn);
      const segment = { handle, size: size - torn };
      const log = new AuditLog({ directory, bounds, segment, closed, last, cutOff: torn });
      await log.#removeOld();
      log.#requireRoom();
      return log;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes of a torn line that opening has cut off. */
  readonly cutOff: number;
  readonly #directory: string;
  readonly #bounds: AuditBounds;
  #segment: OpenSegment | undefined;
  #closed: readonly ClosedSegment[];
  #last: AuditRecord | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;
  #half = false;

  private constructor(found: {
    readonly directory: string;
    readonly bounds: AuditBounds;
    readonly segment: OpenSegment;
    readonly closed: readonly ClosedSegment[];
    readonly last: AuditRecord | undefined;
    readonly cutOff: number;
  }) {
    this.#directory = found.directory;
    this.#bounds = found.bounds;
    this.#segment = found.segment;
    this.#closed = found.closed;
    this.#last = found.last;
    this.cutOff = found.cutOff;
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#closed.reduce((sum, { size }) => sum + size, this.#segment?.size ?? 0);
  }

  /**
   * Appends a record behind all that were appended before.
   *
   * @param when a record for which no call waits is written with the next one, or a little later
   * @throws Error when it cannot be written; the call that the record is about must not go on.
   */
  append(entry: NewEntry, when: AppendTime = 'now'): Promise<AuditRecord> {
    const { promise, resolve, reject } = Promise.withResolvers<AuditRecord>();
    this.#waiting.push({ entry, written: resolve, failed: reject });
    if (when === 'now' || this.#waiting.length >= MOST_RECORDS) this.#startWriting();
    else this.#soon ??= setTimeout(() => this.#startWriting(), SOON_MILLISECONDS);
    return promise;
  }

  /** Writes what is still under way, then closes the file. */
  async close(): Promise<void> {
    this.#startWriting();
    await this.#writing;
    const { handle } = this.#segment ?? {};
    this.#segment = undefined;
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  }

  #startWriting(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#waiting.length > 0) this.#writing ??= this.#writeWaiting();
  }

  /** Writes together what came in one turn of the event loop, or during a write, which costs more than its records. */
  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      await turnEnd();
      const batch = this.#waiting.splice(0, MOST_RECORDS);
      try {
        if ((this.#segment?.size ?? 0) >= segmentBytes(this.#bounds)) await this.#rotate();
        this.#requireRoom();
        const records = await this.#append(batch.map(({ entry }) => entry));
        this.#waiting.unshift(...batch.slice(records.length));
        for (const [index, record] of records.entries()) batch[index]?.written(record);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = undefined;
  }

  /** Appends the first of some entries, and those behind it that there is room for. */
  async #append(entries: readonly NewEntry[]): Promise<readonly AuditRecord[]> {
    const batch = chainBatch(this.#last, entries, this.#room());
    await this.#write(batch);
    this.#last = batch.records.at(-1) ?? this.#last;
    return batch.records;
  }

  /** A write that fails in the middle must not leave half a record in front of the next one. */
  async #write({ lines, bytes }: Batch): Promise<void> {
    if (this.#segment === undefined) throw new Error('the log is closed');
    if (this.#half)
      throw new Error('half a record is at the end of the log, and cannot be cut off');
    const { handle, size } = this.#segment;
    try {
      await handle.appendFile(lines);
      this.#segment.size = size + bytes;
    } catch (error) {
      this.#half = true;
      await handle.truncate(size);
      this.#half = false;
      throw error;
    }
  }

  /** Bytes until the segment is to be closed, or the log has no room. */
  #room(): number {
    const { bytes: most = Infinity } = this.#bounds;
    const left = segmentBytes(this.#bounds) - (this.#segment?.size ?? 0);
    return Math.min(left, most - LONGEST_LINE - this.bytes + 1);
  }

  #requireRoom(): void {
    const { bytes: most } = this.#bounds;
    if (most === undefined || this.bytes + LONGEST_LINE <= most) return;
    throw new AuditLogError(
      'KARS_AUDIT_FULL',
      `${this.#directory} has ${this.bytes} of ${most} bytes of records, and none is old enough to be removed; enlarge the state volume, or copy the closed segments and remove the oldest`,
    );
  }

  /** Closes the segment and begins the next one. A crash between the two leaves an empty or no open one. */
  async #rotate(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    const file = join(this.#directory, AUDIT_FILE);
    try {
      await segment.handle.sync();
    } finally {
      await segment.handle.close();
    }
    await rename(file, join(this.#directory, closedName(this.#last?.seq ?? 0)));
    this.#closed = await closedSegments(this.#directory);
    this.#segment = { handle: await open(file, 'ax+', 0o600), size: 0 };
    await this.#removeOld();
  }

  /**
   * Removes the closed segments that have been kept long enough. The newest one stays, since the open one
   * goes on from it. What is removed is recorded first.
   */
  async #removeOld(): Promise<void> {
    const limit = removedBefore(this.#bounds);
    const kept = this.#closed.findIndex(
      ({ ended }, index) => ended >= limit || index === this.#closed.length - 1,
    );
    for (const { file } of this.#closed.slice(0, Math.max(0, kept))) {
      await this.#recordRemoval(file);
      await rm(file);
      this.#closed = this.#closed.slice(1);
    }
  }

  async #recordRemoval(file: string): Promise<void> {
    const { last } = await endOf(file);
    if (last === undefined) return;
    const { sandbox, process, seq, hash } = last;
    await this.#append([
      {
        sandbox,
        process,
        set: 'none',
        surface: 'audit-retention',
        target: `records up to ${seq}`,
        decision: 'allow',
        code: '',
        rule: 'KarsSandbox spec.state.auditRetentionDays',
        reason: `older than ${this.#bounds.retentionDays ?? 0} days`,
        removed: { through: seq, hash },
      },
    ]);
  }
}

async function endOf(file: string) {
  const handle = await open(file, 'r');
  try {
    return await readEnd(handle, file, 'unknown');
  } finally {
    await handle.close();
  }
}
