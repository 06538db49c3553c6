import {
  chain,
  type AuditEntry,
  type AuditRecord,
  type ChainedRecord,
} from 'kars-constructs/contract';

/** An entry without its time, which it gets with its place in the chain. */
export type NewEntry = Omit<AuditEntry, 'time'>;

/** Records that are written at once, and their lines. */
export interface Batch {
  readonly records: readonly AuditRecord[];
  readonly lines: string;
  readonly bytes: number;
}

/** Most records of one write, since it keeps all others waiting. */
export const MOST_RECORDS = 64;

/**
 * Chains entries behind a record: the first one, and more of them for as long as what they have come to
 * is below `room` bytes.
 */
export function chainBatch(
  last: AuditRecord | undefined,
  entries: readonly NewEntry[],
  room: number,
): Batch {
  const time = new Date().toISOString();
  const records: AuditRecord[] = [];
  const lines: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (records.length > 0 && bytes >= room) break;
    const { record, line } = chain(records.at(-1) ?? last, { ...entry, time });
    records.push(record);
    lines.push(line);
    bytes += Buffer.byteLength(line);
  }
  return { records, lines: lines.join(''), bytes };
}

/** A record that is chained already. */
export const batchOf = ({ record, line }: ChainedRecord): Batch => ({
  records: [record],
  lines: line,
  bytes: Buffer.byteLength(line),
});
