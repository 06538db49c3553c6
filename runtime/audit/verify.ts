import { basename } from 'node:path';
import {
  auditRecord,
  GENESIS,
  isDecision,
  recordHash,
  type AuditCode,
  type AuditRecord,
} from 'kars-constructs/contract';
import { linesOf } from './lines.ts';
import { Signatures } from './signatures.ts';

/** What a whole log says, or the first line that does not hold. */
export type Verification =
  | {
      readonly ok: true;
      /** Number of the first record that is there; those before it were removed when they were old enough. */
      readonly from: number;
      /** Without those that sign others. */
      readonly records: number;
      readonly allowed: number;
      readonly denied: number;
      readonly tokens: { readonly input: number; readonly output: number };
      /** The last record that a signature vouches for, undefined where nothing is signed. */
      readonly signedThrough: number | undefined;
      /** Records that were signed by a later process only, since the one that wrote them did not come to it. */
      readonly signedLate: number;
      /** The keys that have signed, in their order. */
      readonly keys: readonly string[];
      /** Hash of the last record; whoever has noted it elsewhere can tell that none was cut off. */
      readonly head: string;
    }
  | {
      readonly ok: false;
      /** Name of the file among those of the log. */
      readonly file: string;
      readonly line: number;
      readonly code: AuditCode;
      readonly message: string;
    };

/**
 * Checks every record of a log, every link between them and every signature, without any process running.
 *
 * @param files the file of the log, or its segments, the oldest first
 * @param trusted public keys that may sign; without any, a signature has to be that of the key which it names
 */
export async function verifyAuditLog(
  files: string | readonly string[],
  trusted?: readonly string[],
): Promise<Verification> {
  const signatures = new Signatures(trusted);
  let from: number | undefined;
  const totals = { records: 0, allowed: 0, denied: 0, input: 0, output: 0, head: GENESIS };
  for await (const step of readAuditLog(files, signatures)) {
    if (!step.ok) return step;
    const { seq, tokens, decision, hash, repeats, anchor } = step.record;
    from ??= seq;
    totals.head = hash;
    if (anchor !== undefined) continue;
    totals.records += 1;
    totals.input += tokens?.input ?? 0;
    totals.output += tokens?.output ?? 0;
    if (isDecision(step.record))
      totals[decision === 'allow' ? 'allowed' : 'denied'] += repeats?.count ?? 1;
  }
  const { signedThrough, signedLate, keys } = signatures;
  if (trusted !== undefined && signedThrough === undefined) {
    return faultAt([files].flat().at(-1) ?? '', 0)('KARS_AUDIT_UNSIGNED', 'nothing is signed');
  }
  const { input, output, ...rest } = totals;
  return {
    ok: true,
    from: from ?? 0,
    ...rest,
    tokens: { input, output },
    signedThrough,
    signedLate,
    keys,
  };
}

type Step =
  { readonly ok: true; readonly record: AuditRecord } | Extract<Verification, { ok: false }>;

/**
 * The records of a log one by one, and the first fault, after which nothing follows. That the beginning
 * was cut off and not removed is told at the end only.
 */
export async function* readAuditLog(
  files: string | readonly string[],
  signatures = new Signatures(),
): AsyncGenerator<Step> {
  let previous: AuditRecord | undefined;
  let first: AuditRecord | undefined;
  let isAccounted = true;
  let isTold = false;
  const segments = [files].flat();
  for (const file of segments) {
    let number = 0;
    for await (const line of linesOf(file)) {
      number += 1;
      const fault = faultAt(file, number);
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
      if (first === undefined) {
        first = record;
        isAccounted = record.seq === 0 && record.prev === GENESIS;
      } else if (record.seq !== (previous?.seq ?? 0) + 1 || record.prev !== previous?.hash) {
        yield fault('KARS_AUDIT_LINK', notNext(record, previous));
        return;
      }
      const unsigned = signatures.take(record);
      if (unsigned !== undefined) {
        yield fault(unsigned.code, unsigned.message);
        return;
      }
      isTold ||= isRemoval(record, first);
      isAccounted ||= isTold && (record.anchor !== undefined || !signatures.isRequired);
      previous = record;
      yield { ok: true, record };
    }
  }
  if (first !== undefined && !isAccounted) {
    const why = `${notNext(first, undefined)}, or a ${signatures.isRequired ? 'signed ' : ''}record that those before it were removed`;
    yield faultAt(segments[0] ?? '', 1)('KARS_AUDIT_LINK', why);
  }
}

const faultAt =
  (file: string, line: number) =>
  (code: AuditCode, message: string): Extract<Verification, { ok: false }> => ({
    ok: false,
    file: basename(file),
    line,
    code,
    message,
  });

const notNext = ({ seq, prev }: AuditRecord, previous: AuditRecord | undefined): string =>
  `got record ${seq} behind ${prev}, needed record ${(previous?.seq ?? -1) + 1} behind ${previous?.hash ?? GENESIS}`;

/** Whether a record tells of the removal of those just before `first`. */
const isRemoval = ({ removed }: AuditRecord, first: AuditRecord): boolean =>
  removed !== undefined && removed.through === first.seq - 1 && removed.hash === first.prev;

function parse(line: string): AuditRecord | undefined {
  try {
    return auditRecord.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
