import { decode } from 'dns-packet';
import { CLASS_IN, rcodes, type Rcode } from './codes.ts';

/** What is asked for. */
export interface Question {
  /** As it was written, without the last dot; undefined when it cannot be the name of a host. */
  readonly name: string | undefined;
  readonly type: number;
  /** As it came, to be sent back: some resolvers check even the case of each letter. */
  readonly bytes: Buffer;
}

/** A message that has to be answered. */
export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly question: Question | undefined;
  /** Largest answer over UDP that the other side takes; undefined when it does not know of EDNS. */
  readonly ednsSize: number | undefined;
  /** The answer when the name does not matter for it. */
  readonly fault: Rcode | undefined;
}

const HEADER_BYTES = 12;
const RESPONSE = 0x8000;
const RECURSION_DESIRED = 0x0100;

/** Reads a message; undefined for one that gets no answer: a response, or less than a header. */
export function readQuery(bytes: Buffer, maxBytes: number): Query | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & RESPONSE) !== 0) return undefined;
  const head = {
    id: bytes.readUInt16BE(0),
    opcode: (flags >> 11) & 0xf,
    recursionDesired: (flags & RECURSION_DESIRED) !== 0,
  };
  const faulty = (fault: Rcode): Query => ({
    ...head,
    question: undefined,
    ednsSize: undefined,
    fault,
  });
  if (head.opcode !== 0) return faulty(rcodes.notImp);
  if (bytes.length > maxBytes || !isOneQuestion(bytes)) return faulty(rcodes.formErr);
  const question = readQuestion(bytes);
  const edns = readEdns(bytes);
  if (question === undefined || edns === 'malformed') return faulty(rcodes.formErr);
  return {
    ...head,
    question,
    ednsSize: edns?.size,
    fault:
      edns !== undefined && edns.version > 0
        ? rcodes.badVers
        : question.bytes.readUInt16BE(question.bytes.length - 2) === CLASS_IN
          ? undefined
          : rcodes.refused,
  };
}

/** One question, and nothing else than room for EDNS. @see RFC 9619 */
const isOneQuestion = (bytes: Buffer): boolean =>
  bytes.readUInt16BE(4) === 1 && bytes.readUInt32BE(6) === 0 && bytes.readUInt16BE(10) <= 1;

/** Nothing stands before the first name that a pointer could lead to, so one in it is malformed. */
function readQuestion(bytes: Buffer): Question | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > 63) return undefined;
    at += 1 + length;
    if (at - HEADER_BYTES > 255) return undefined;
    if (length === 0) break;
    labels.push(bytes.toString('latin1', at - length, at));
  }
  if (at + 4 > bytes.length) return undefined;
  const isName = labels.length > 0 && labels.every((label) => /^[A-Za-z0-9_-]+$/.test(label));
  return {
    name: isName ? labels.join('.') : undefined,
    type: bytes.readUInt16BE(at),
    bytes: bytes.subarray(HEADER_BYTES, at + 4),
  };
}

/** What the message says of EDNS, when all of it is well formed. Options are not looked at. */
function readEdns(
  bytes: Buffer,
): { readonly size: number; readonly version: number } | undefined | 'malformed' {
  try {
    const { additionals = [] } = decode(bytes);
    if (decode.bytes !== bytes.length) return 'malformed';
    const [record] = additionals;
    if (record === undefined) return undefined;
    return record.type === 'OPT' && record.name === '.'
      ? { size: record.udpPayloadSize, version: record.ednsVersion }
      : 'malformed';
  } catch {
    return 'malformed';
  }
}
