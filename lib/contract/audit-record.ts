import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical.ts';

/** `prev` of the first record of a log. */
export const GENESIS = '0'.repeat(64);

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** One decision, as one line of JSON in an audit log. */
export const auditRecord = z.strictObject({
  /** Position in the log, from 0, without gaps. */
  seq: z.int().min(0),
  /** RFC 3339, UTC, milliseconds. */
  time: z.iso.datetime(),
  sandbox: z.string(),
  process: z.enum(['router', 'egress-proxy']),
  /** Digest of the document set that was in force, `none` without one. */
  set: z.string(),
  /** How the call came in, such as `chat` or `connect`; a record of its end has a suffix, `chat-usage` or `connect-closed`. */
  surface: z.string(),
  /** What the call was about: a model, or `host:port`. */
  target: z.string(),
  decision: z.enum(['allow', 'deny']),
  /** Deny code, or `''` for an allowed call. */
  code: z.string(),
  /** The rule that decided: where in which resource. */
  rule: z.string(),
  reason: z.string(),
  /** Tokens that a call may use at most, charged before it is made. */
  reserved: z.int().min(0).optional(),
  /** Tokens that the provider reported for the call, where it reports any. */
  tokens: z.strictObject({ input: z.int().min(0), output: z.int().min(0) }).optional(),
  /** What a connection has carried, in the record of its end. */
  traffic: z
    .strictObject({
      /** Bytes to the host. */
      sent: z.int().min(0),
      /** Bytes from the host. */
      received: z.int().min(0),
      milliseconds: z.int().min(0),
    })
    .optional(),
  /** In a record that stands for further denials of the same: how many, and since when. */
  repeats: z.strictObject({ count: z.int().min(1), since: z.iso.datetime() }).optional(),
  /** In a record of older ones that were removed: the last of them, which the first that is left follows. */
  removed: z.strictObject({ through: z.int().min(0), hash }).optional(),
  /** `hash` of the record before this one. */
  prev: hash,
  /** SHA-256 over the canonical JSON of this record without `hash`. */
  hash,
});

/** One line of an audit log. */
export type AuditRecord = z.output<typeof auditRecord>;

/** What a process says of a decision; the log adds the rest. */
export type AuditEntry = Omit<AuditRecord, 'seq' | 'prev' | 'hash'>;

/** The record that follows `previous`, or the first one of a log. */
export function chain(
  previous: Pick<AuditRecord, 'seq' | 'hash'> | undefined,
  entry: AuditEntry,
): AuditRecord {
  const open = {
    ...entry,
    seq: previous === undefined ? 0 : previous.seq + 1,
    prev: previous === undefined ? GENESIS : previous.hash,
  };
  return { ...open, hash: recordHash(open) };
}

/** The hash that a record must carry. */
export function recordHash(record: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}
