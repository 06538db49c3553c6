import { open } from 'node:fs/promises';
import { auditRecord, recordHash, type AuditRecord } from 'kars-constructs/contract';

/** The last records of a log. */
export interface AuditTail {
  readonly records: readonly AuditRecord[];
  /** What keeps the first line that is none of the log from being a record of it; undefined when all are. */
  readonly fault: string | undefined;
}

/** A few hundred records: reading them is cheaper than a call. */
const TAIL_BYTES = 256 * 1024;

/** Time for which what was read is good enough: an agent may ask as often as it likes. */
const FRESH_MILLISECONDS = 1000;

/**
 * Reads the last records of a log that another part of the process writes, and checks each and its link to the
 * one before. Whoever asks again within a second gets the same, so that asking costs nothing.
 */
export class AuditTailReader {
  readonly #file: string;
  readonly #now: () => number;
  #read: { readonly at: number; readonly tail: Promise<AuditTail> } | undefined;

  constructor(file: string, now: () => number = () => performance.now()) {
    this.#file = file;
    this.#now = now;
  }

  /** The end of the log. */
  read(): Promise<AuditTail> {
    const now = this.#now();
    if (this.#read !== undefined && now - this.#read.at < FRESH_MILLISECONDS)
      return this.#read.tail;
    const tail = readTail(this.#file);
    this.#read = { at: now, tail };
    return tail;
  }
}

async function readTail(file: string): Promise<AuditTail> {
  try {
    return check(await lastLines(file));
  } catch {
    return { records: [], fault: 'the log cannot be read' };
  }
}

/** The last whole lines: one that does not end is being written. */
async function lastLines(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').slice(0, -1);
    return start === 0 ? lines : lines.slice(1);
  } finally {
    await handle.close();
  }
}

function check(lines: readonly string[]): AuditTail {
  const records: AuditRecord[] = [];
  for (const line of lines) {
    const record = parse(line);
    if (record === undefined) return { records, fault: 'a line is no record' };
    const { hash, ...rest } = record;
    const previous = records.at(-1);
    if (recordHash(rest) !== hash) return { records, fault: `record ${record.seq} was changed` };
    const isNext =
      previous === undefined || (record.seq === previous.seq + 1 && record.prev === previous.hash);
    if (!isNext)
      return { records, fault: `record ${record.seq} does not follow the one before it` };
    records.push(record);
  }
  return { records, fault: undefined };
}

function parse(line: string): AuditRecord | undefined {
  try {
    return auditRecord.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
