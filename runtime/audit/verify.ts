import {
  auditRecord,
  GENESIS,
  recordHash,
  type AuditCode,
  type AuditRecord,
} from 'kars-constructs/contract';
import { linesOf } from './lines.ts';

/** What a whole log says, or the first line that does not hold. */
export type Verification =
  | {
      readonly ok: true;
      readonly records: number;
      readonly allowed: number;
      readonly denied: number;
      readonly tokens: { readonly input: number; readonly output: number };
      /** Hash of the last record; whoever has noted it elsewhere can tell that none was cut off. */
      readonly head: string;
    }
  | {
      readonly ok: false;
      readonly line: number;
      readonly code: AuditCode;
      readonly message: string;
    };

/** Checks every record of a log and every link between them, without any process running. */
export async function verifyAuditLog(file: string): Promise<Verification> {
  const totals = { records: 0, allowed: 0, denied: 0, input: 0, output: 0, head: GENESIS };
  for await (const step of readAuditLog(file)) {
    if (!step.ok) return step;
    const { tokens, traffic, decision, hash, repeats } = step.record;
    totals.records += 1;
    totals.head = hash;
    totals.input += tokens?.input ?? 0;
    totals.output += tokens?.output ?? 0;
    // The end of a call was decided at its beginning.
    if (tokens === undefined && traffic === undefined)
      totals[decision === 'allow' ? 'allowed' : 'denied'] += repeats?.count ?? 1;
  }
  const { input, output, ...rest } = totals;
  return { ok: true, ...rest, tokens: { input, output } };
}

type Step =
  { readonly ok: true; readonly record: AuditRecord } | Extract<Verification, { ok: false }>;

/** The records of a log one by one, and the first fault, after which nothing follows. */
export async function* readAuditLog(file: string): AsyncGenerator<Step> {
  let previous: AuditRecord | undefined;
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    const fault = (code: AuditCode, message: string): Step => ({
      ok: false,
      line: number,
      code,
      message,
    });
    if (!line.ended) {
      yield line.why === 'torn'
        ? fault('KARS_AUDIT_TORN', 'the last line does not end')
        : fault('KARS_AUDIT_MALFORMED', 'the line is longer than any record');
      return;
    }
    const record = parse(line.text);
    if (record === undefined) {
      yield fault('KARS_AUDIT_MALFORMED', 'not a record');
      return;
    }
    const { hash, ...open } = record;
    if (recordHash(open) !== hash) {
      yield fault('KARS_AUDIT_HASH', `the content gives another hash than ${hash}`);
      return;
    }
    const expected = { seq: (previous?.seq ?? -1) + 1, prev: previous?.hash ?? GENESIS };
    if (record.seq !== expected.seq || record.prev !== expected.prev) {
      const text = `got record ${record.seq} behind ${record.prev}, needed record ${expected.seq} behind ${expected.prev}`;
      yield fault('KARS_AUDIT_LINK', text);
      return;
    }
    previous = record;
    yield { ok: true, record };
  }
}

function parse(line: string): AuditRecord | undefined {
  try {
    return auditRecord.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
