import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIT_FILE } from 'kars-constructs/contract';

/** A part of a log that takes no more records. */
export interface ClosedSegment {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** When its last record was written, in milliseconds since 1970. */
  readonly ended: number;
}

const CLOSED = /^audit-\d{15}\.jsonl$/;

/** The name of the segment that ends with record `seq`: by name is by age. */
export const closedName = (seq: number): string => `audit-${String(seq).padStart(15, '0')}.jsonl`;

/** The closed segments in a directory, the oldest first. */
export async function closedSegments(directory: string): Promise<ClosedSegment[]> {
  const names = (await readdir(directory)).filter((name) => CLOSED.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = join(directory, name);
      const { size, mtimeMs: ended } = await stat(file);
      return { file, size, ended };
    }),
  );
}

/** Whether there is a log in a directory, and anything in it. */
export async function hasRecords(directory: string): Promise<boolean> {
  const open = await stat(join(directory, AUDIT_FILE)).catch(() => undefined);
  return (open?.size ?? 0) > 0 || (await closedSegments(directory)).length > 0;
}

/** Every file of the log in a directory, the oldest first; the last one may still take records. */
export async function segmentFiles(directory: string): Promise<string[]> {
  const closed = (await closedSegments(directory)).map(({ file }) => file);
  return [...closed, join(directory, AUDIT_FILE)];
}
