import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turnEnd } from 'node:timers/promises';
import {
  AUDIT_FILE,
  type AuditAnchor,
  type AuditRecord,
  type SigningProvider,
} from 'kars-constructs/contract';
import { Anchors } from './anchors.ts';
import { AuditLogError } from './audit-log-error.ts';
import { batchOf, chainBatch, MOST_RECORDS, type Batch, type NewEntry } from './batch.ts';
import { removedBefore, segmentBytes, type AuditBounds } from './bounds.ts';
import { LONGEST_LINE } from './lines.ts';
import { readEnd } from './log-end.ts';
import { writeWhole } from './write-whole.ts';
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

/** Bytes that a record and the signatures behind it take at most. */
const SPARE = LONGEST_LINE + 4096;

/** Time after which records are signed, however few. */
const SIGNED_MILLISECONDS = 60_000;

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
   * @param signer signs what is written now and then, and at the end of each segment. @default nobody
   *
   * @throws AuditLogError when the last two whole lines are not records that follow each other, the files
   *   are then left as they are; or when the log has no room.
   */
  static async open(
    directory: string,
    bounds: AuditBounds = {},
    signer?: SigningProvider,
  ): Promise<AuditLog> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const closed = await closedSegments(directory);
    const newest = closed.at(-1);
    const before = newest === undefined ? undefined : (await endOf(newest.file)).last;
    const file = join(directory, AUDIT_FILE);
    const handle = await open(file, 'a+', 0o600);
    let log: AuditLog | undefined;
    try {
      const { last = before, size, torn } = await readEnd(handle, file, before);
      if (torn > 0) await handle.truncate(size - torn);
      const segment = { handle, size: size - torn };
      const anchors = signer && new Anchors(signer);
      log = new AuditLog({ directory, bounds, anchors, segment, closed, last, cutOff: torn });
      await log.#removeOld();
      log.#requireRoom();
      await log.#sign('start');
      return log;
    } catch (error) {
      if (log !== undefined) clearInterval(log.#interval);
      await handle.close();
      throw error;
    }
  }

  /** Bytes of a torn line that opening has cut off. */
  readonly cutOff: number;
  readonly #directory: string;
  readonly #bounds: AuditBounds;
  readonly #anchors: Anchors | undefined;
  readonly #interval: NodeJS.Timeout;
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
    readonly anchors: Anchors | undefined;
    readonly segment: OpenSegment;
    readonly closed: readonly ClosedSegment[];
    readonly last: AuditRecord | undefined;
    readonly cutOff: number;
  }) {
    this.#directory = found.directory;
    this.#bounds = found.bounds;
    this.#anchors = found.anchors;
    this.#segment = found.segment;
    this.#closed = found.closed;
    this.#last = found.last;
    this.cutOff = found.cutOff;
    this.#interval = setInterval(() => {
      this.#anchors?.timeIsUp();
      this.#startWriting();
    }, SIGNED_MILLISECONDS);
    this.#interval.unref();
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

  /** Writes what is still under way and signs it, then closes the file. */
  async close(): Promise<void> {
    this.#startWriting();
    clearInterval(this.#interval);
    await this.#writing;
    const { handle } = this.#segment ?? {};
    try {
      if (handle !== undefined) await this.#sign('stop');
      await handle?.sync();
    } finally {
      this.#segment = undefined;
      await handle?.close();
    }
  }

  #startWriting(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    // What writes nothing ends before its promise is noted here, and would keep out all that comes after.
    if (this.#hasWork) this.#writing ??= this.#writeWaiting();
  }

  get #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#anchors?.isDue === true;
  }

  /** Writes together what came in one turn of the event loop, since a write costs more than its records. */
  async #writeWaiting(): Promise<void> {
    while (this.#hasWork) {
      await turnEnd();
      const batch = this.#waiting.splice(0, MOST_RECORDS);
      try {
        if (this.#anchors?.isDue === true) await this.#sign('interval');
        if (batch.length === 0) continue;
        if ((this.#segment?.size ?? 0) >= segmentBytes(this.#bounds)) await this.#rotate();
        this.#requireRoom();
        const records = await this.#append(batch.map(({ entry }) => entry));
        this.#waiting.unshift(...batch.slice(records.length));
        for (const [index, record] of records.entries()) batch[index]?.written(record);
      } catch (error) {
        for (const { failed } of batch) failed(error);
        // Nobody waits for a signature; the next record is denied for the same cause.
        if (batch.length === 0) break;
      }
    }
    this.#writing = undefined;
  }

  /** Appends the first of some entries, and those behind it that there is room for. */
  async #append(entries: readonly NewEntry[]): Promise<readonly AuditRecord[]> {
    const batch = chainBatch(this.#last, entries, this.#room());
    await this.#write(batch);
    this.#last = batch.records.at(-1) ?? this.#last;
    this.#anchors?.count(batch.records.length);
    return batch.records;
  }

  /** Signs what is there, unless that is done. */
  async #sign(at: AuditAnchor['at']): Promise<void> {
    if (this.#last === undefined || this.#last.anchor !== undefined) return;
    const anchor = this.#anchors?.sign(this.#last, at);
    if (anchor === undefined) return;
    await this.#write(batchOf(anchor));
    this.#last = anchor.record;
  }

  /** A write that fails in the middle must not leave half a record in front of the next one. */
  async #write({ lines, bytes }: Batch): Promise<void> {
    if (this.#segment === undefined) throw new Error('the log is closed');
    if (this.#half)
      throw new Error('half a record is at the end of the log, and cannot be cut off');
    const { handle, size } = this.#segment;
    try {
      writeWhole(handle, lines);
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
    return Math.min(left, most - SPARE - this.bytes + 1);
  }

  #requireRoom(): void {
    const { bytes: most } = this.#bounds;
    if (most === undefined || this.bytes + SPARE <= most) return;
    throw new AuditLogError(
      'KARS_AUDIT_FULL',
      `${this.#directory} has ${this.bytes} of ${most} bytes of records, and none is old enough to be removed; enlarge the state volume, or copy the closed segments and remove the oldest`,
    );
  }

  /** Closes the segment and begins the next one. A crash between the two leaves an empty or no open one. */
  async #rotate(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    await this.#sign('rotation');
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
   * goes on from it. What is removed is recorded and signed first.
   */
  async #removeOld(): Promise<void> {
    const limit = removedBefore(this.#bounds);
    const kept = this.#closed.findIndex(
      ({ ended }, index) => ended >= limit || index === this.#closed.length - 1,
    );
    for (const { file } of this.#closed.slice(0, Math.max(0, kept))) {
      await this.#recordRemoval(file);
      await this.#sign('rotation');
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
