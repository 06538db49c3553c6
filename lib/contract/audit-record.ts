import { hash as sha256 } from 'node:crypto';
import * as z from 'zod';
import {
  auditAnchor,
  isSignedBy,
  signedText,
  type AuditAnchor,
  type SigningProvider,
} from './audit-anchor.ts';
import { canonicalJson, finite } from './canonical.ts';

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
  /** Id of the trace that a call belongs to: the same in all records of one, and what an agent says where it says one. */
  trace: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
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
  /** In a record that signs all before it. */
  anchor: auditAnchor.optional(),
  /** `hash` of the record before this one. */
  prev: hash,
  /** SHA-256 over the canonical JSON of this record without `hash`. */
  hash,
});

/** One line of an audit log. */
export type AuditRecord = z.output<typeof auditRecord>;

/** What a process says of a decision; the log adds the rest. */
export type AuditEntry = Omit<AuditRecord, 'seq' | 'prev' | 'hash' | 'anchor'>;

/** A record in a log, and its line there. */
export interface ChainedRecord {
  readonly record: AuditRecord;
  /** Its canonical JSON with the hash behind all other members, and a line feed. */
  readonly line: string;
}

/** The record that follows `previous`, or the first one of a log. */
export function chain(
  previous: Pick<AuditRecord, 'seq' | 'hash'> | undefined,
  entry: AuditEntry,
): ChainedRecord {
  const open = { ...entry, ...linkTo(previous) };
  const text = openText(open);
  const hash = sha256('sha256', text);
  return { record: { ...open, hash }, line: `${text.slice(0, -1)},"hash":"${hash}"}\n` };
}

/** The record that follows `previous` and signs it, and with it all before it. */
export function chainAnchor(
  previous: Pick<AuditRecord, 'seq' | 'hash'> | undefined,
  entry: AuditEntry,
  at: AuditAnchor['at'],
  { key, sign }: SigningProvider,
): ChainedRecord {
  const open = { ...entry, ...linkTo(previous) };
  const signature = sign(signedText(open, { at, key }));
  const signed = { ...open, anchor: { at, key, signature } };
  const record = { ...signed, hash: recordHash(signed) };
  return { record, line: `${JSON.stringify(record)}\n` };
}

/** Whether the signature of a record is by the key that it names. */
export const isAnchored = (record: AuditRecord, anchor: AuditAnchor): boolean =>
  isSignedBy(anchor.key, signedText(record, anchor), anchor.signature);

/** Whether a record is of a decision, and not of an end, a removal or a signature. */
export const isDecision = ({ tokens, traffic, removed, anchor }: AuditRecord): boolean =>
  [tokens, traffic, removed, anchor].every((one) => one === undefined);

const linkTo = (
  previous: Pick<AuditRecord, 'seq' | 'hash'> | undefined,
): Pick<AuditRecord, 'seq' | 'prev'> =>
  previous === undefined
    ? { seq: 0, prev: GENESIS }
    : { seq: previous.seq + 1, prev: previous.hash };

/** The hash that a record must carry. */
export function recordHash(record: OpenRecord): string {
  return sha256('sha256', canonicalJson(record));
}

type OpenRecord = Omit<AuditRecord, 'hash'>;

type UnsignedRecord = Omit<OpenRecord, 'anchor'>;

/**
 * The canonical JSON of a record, as {@link canonicalJson} gives it: that sorts the members of whatever it
 * gets, which costs a process more than all else that it does for a record.
 */
function openText({ removed, repeats, tokens, traffic, ...open }: UnsignedRecord): string {
  const inOrder = {
    code: open.code,
    decision: open.decision,
    prev: open.prev,
    process: open.process,
    reason: open.reason,
    removed: removed && { hash: removed.hash, through: finite(removed.through) },
    repeats: repeats && { count: finite(repeats.count), since: repeats.since },
    reserved: open.reserved === undefined ? undefined : finite(open.reserved),
    rule: open.rule,
    sandbox: open.sandbox,
    seq: finite(open.seq),
    set: open.set,
    surface: open.surface,
    target: open.target,
    time: open.time,
    tokens: tokens && { input: finite(tokens.input), output: finite(tokens.output) },
    trace: open.trace,
    traffic: traffic && {
      milliseconds: finite(traffic.milliseconds),
      received: finite(traffic.received),
      sent: finite(traffic.sent),
    },
  } satisfies Record<keyof UnsignedRecord, unknown>;
  return JSON.stringify(inOrder);
}
