import { AUTHORITATIVE_ANSWER, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Answer } from 'dns-packet';
import { rcodes, type Rcode } from './codes.ts';
import type { Query } from './query.ts';

/** What is said about a name. */
export interface Outcome {
  readonly rcode: Rcode;
  /** In normal form; the name has no records of the type when there is none. */
  readonly address?: string;
}

/** Short, so that a name which is taken out of the list is not used much longer. */
const ADDRESS_SECONDS = 30;

/** Shorter still: an entry that is added is what somebody waits for. */
const NEGATIVE_SECONDS = 5;

const RECURSION_DESIRED = 0x0100;
const HEADER_BYTES = 12;

/** What every receiver takes over UDP, and what passes everywhere in one piece. */
const UDP_BYTES = { least: 512, most: 1232 } as const;

/** The reply over TCP, or over UDP where one that is too long says so and holds nothing. */
export function encodeReply(query: Query, outcome: Outcome, transport: 'udp' | 'tcp'): Buffer {
  const reply = encodeWhole(query, outcome);
  const room = Math.min(Math.max(query.ednsSize ?? 0, UDP_BYTES.least), UDP_BYTES.most);
  if (transport === 'tcp' || reply.length <= room) return reply;
  return encodeWhole(query, { rcode: outcome.rcode }, TRUNCATED_RESPONSE);
}

function encodeWhole(query: Query, { rcode, address }: Outcome, truncated = 0): Buffer {
  const { id, opcode, recursionDesired, question, ednsSize } = query;
  const isAuthoritative = rcode === rcodes.noError || rcode === rcodes.nxDomain;
  const name = question?.name ?? '.';
  const bytes = encode({
    id,
    type: 'response',
    flags:
      (opcode << 11) |
      (isAuthoritative ? AUTHORITATIVE_ANSWER : 0) |
      truncated |
      (recursionDesired ? RECURSION_DESIRED : 0) |
      RECURSION_AVAILABLE |
      (rcode & 0xf),
    answers: address === undefined ? [] : [addressRecord(name, address)],
    authorities: isAuthoritative && address === undefined && truncated === 0 ? [authority] : [],
    additionals: ednsSize === undefined ? [] : [edns(rcode)],
  });
  if (question === undefined) return bytes;
  bytes.writeUInt16BE(1, 4);
  return Buffer.concat([
    bytes.subarray(0, HEADER_BYTES),
    question.bytes,
    bytes.subarray(HEADER_BYTES),
  ]);
}

const addressRecord = (name: string, address: string): Answer => ({
  name,
  type: address.includes(':') ? 'AAAA' : 'A',
  class: 'IN',
  ttl: ADDRESS_SECONDS,
  data: address,
});

/** Says how long an answer without records may be kept. @see RFC 2308 section 3 */
const authority: Answer = {
  name: '.',
  type: 'SOA',
  class: 'IN',
  ttl: NEGATIVE_SECONDS,
  data: {
    mname: '.',
    rname: '.',
    serial: 1,
    refresh: NEGATIVE_SECONDS,
    retry: NEGATIVE_SECONDS,
    expire: NEGATIVE_SECONDS,
    minimum: NEGATIVE_SECONDS,
  },
};

const edns = (rcode: Rcode): Answer => ({
  name: '.',
  type: 'OPT',
  udpPayloadSize: UDP_BYTES.most,
  extendedRcode: rcode >> 4,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
});
