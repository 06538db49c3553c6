import fc from 'fast-check';
import { decode } from 'dns-packet';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { dnsLimits } from '../../../../runtime/egress-proxy/dns/limits.ts';
import { Lookups } from '../../../../runtime/egress-proxy/dns/lookups.ts';
import { NameTable } from '../../../../runtime/egress-proxy/dns/name-table.ts';
import { RateWindow } from '../../../../runtime/egress-proxy/dns/rate-window.ts';
import { Responder } from '../../../../runtime/egress-proxy/dns/responder.ts';
import { policyInForce } from '../../../../runtime/egress-proxy/policy-in-force.ts';
import { DecisionRecorder } from '../../../../runtime/service/decision-recorder.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { createMetrics } from '../../../../runtime/service/metrics.ts';
import { temporaryDirectory } from '../../../support/documents.ts';
import { openSidecar } from '../../../support/sidecar.ts';
import { askUdp, query, rcodeOf, readUdp, startTestDns } from './support.ts';

const plain = query('site.example', 'A');

/** The query with other bytes from `at` on. */
const altered = (at: number, ...bytes: readonly number[]): Buffer => {
  const message = Buffer.from(plain);
  message.set(bytes, at);
  return message;
};

const withEdns = (edns: object): Buffer =>
  query('site.example', 'A', {
    additionals: [
      { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [], ...edns },
    ] as never,
  });

/** The same with a name before the record, where the root has to be. */
const ednsOfName = ((): Buffer => {
  const message = withEdns({});
  return Buffer.concat([
    message.subarray(0, plain.length),
    Buffer.of(1, 0x61),
    message.subarray(plain.length),
  ]);
})();

const END_OF_NAME = 12 + 'site.example'.length + 1;

describe('a message that is no query', () => {
  it.each([
    ['a response', altered(2, 0x81)],
    ['nothing', Buffer.alloc(0)],
    ['less than a header', plain.subarray(0, 11)],
  ])('such as %s gets no reply, and is counted', async (_what, message) => {
    const { port, counted, sidecar } = await startTestDns();
    expect(await askUdp(port, message, { wait: 300 })).toBeUndefined();
    expect(await counted('dropped')).toBe(1);
    expect(await sidecar.audited()).toEqual([]);
  });
});

describe('a query that is malformed', () => {
  it.each([
    ['a header alone', plain.subarray(0, 12)],
    ['no question', altered(5, 0)],
    [
      'two questions',
      query('site.example', 'A', {
        questions: [
          { name: 'site.example', type: 'A' },
          { name: 'evil.example', type: 'A' },
        ],
      }),
    ],
    ['a question less than it says', altered(5, 2)],
    ['an answer', altered(7, 1)],
    ['an authority', altered(9, 1)],
    ['more than EDNS behind it', altered(11, 2)],
    ['a record that is not there', altered(11, 1)],
    [
      'another record than EDNS',
      query('site.example', 'A', { additionals: [{ type: 'A', name: 'a', data: '10.0.0.1' }] }),
    ],
    ['EDNS of a name', ednsOfName],
    ['bytes at its end', Buffer.concat([plain, Buffer.of(0)])],
    ['a name without an end', plain.subarray(0, END_OF_NAME)],
    ['a label longer than the message', altered(12, 63)],
    ['a label of an unknown kind', altered(12, 0x41)],
    ['a pointer to itself', altered(12, 0xc0, 12)],
    ['a pointer into its header', altered(12, 0xc0, 0)],
    ['a name of 256 bytes', query(Array.from({ length: 127 }, () => 'a').join('.') + '.b', 'A')],
    ['more bytes than a query needs', Buffer.concat([plain, Buffer.alloc(1300)])],
  ])('by %s is told so, and nothing is looked up', async (_what, message) => {
    const { port, counted, sidecar, names } = await startTestDns();
    const reply = await readUdp(port, message);
    expect(reply.id).toBe(7);
    expect(rcodeOf(reply)).toBe(1);
    expect([reply.questions, reply.answers, reply.additionals]).toEqual([[], [], []]);
    expect(await counted('malformed')).toBe(1);
    expect(await sidecar.audited()).toEqual([]);
    expect(names.addressOf('site.example')).toBeUndefined();
  });
});

describe('a query that is not answered', () => {
  it.each([1, 2, 4, 5, 6, 15])('of opcode %i is not implemented', async (opcode) => {
    const { port } = await startTestDns();
    const reply = await readUdp(port, altered(2, opcode << 3));
    expect(rcodeOf(reply)).toBe(4);
    expect(((reply.flags ?? 0) >> 11) & 0xf).toBe(opcode);
  });

  it.each([0, 2, 3, 4, 254, 255])('of class %i is refused', async (number) => {
    const { port, names } = await startTestDns();
    const reply = await readUdp(port, altered(plain.length - 2, 0, number));
    expect(rcodeOf(reply)).toBe(5);
    expect(reply.questions).toHaveLength(1);
    expect(names.addressOf('site.example')).toBeUndefined();
  });

  it('of another version of EDNS is told so', async () => {
    const { port } = await startTestDns();
    const reply = await readUdp(port, withEdns({ ednsVersion: 1 }));
    expect(rcodeOf(reply)).toBe(0);
    expect(reply.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }]);
    expect(reply.answers).toEqual([]);
  });

  it.each([
    ['the root', query('.', 'NS')],
    ['a letter of another script', query('s\u00efte.example', 'A')],
    [
      'a label with a dot in it',
      Buffer.concat([
        plain.subarray(0, 12),
        Buffer.from('\x0csite.example\0\0\x01\0\x01', 'latin1'),
      ]),
    ],
    ['a label with a zero in it', altered(14, 0)],
  ])('of %s is no name of a host, and is recorded', async (_what, message) => {
    const { port, sidecar } = await startTestDns();
    expect(rcodeOf(await readUdp(port, message))).toBe(3);
    expect(await sidecar.audited()).toMatchObject([
      { target: 'unreadable', code: 'KARS_EGRESS_NAME_INVALID' },
    ]);
  });

  it('because there are too many in a second is refused, and recorded once', async () => {
    const { port, sidecar, counted } = await startTestDns({ bounds: { queriesPerSecond: 3 } });
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => readUdp(port, query('site.example', 'TXT'))),
    );
    expect(replies.map(rcodeOf).filter((rcode) => rcode === 0)).toHaveLength(3);
    expect(replies.map(rcodeOf).filter((rcode) => rcode === 5)).toHaveLength(7);
    expect(await counted('refused')).toBe(7);
    await expect
      .poll(() => sidecar.audited())
      .toMatchObject([{ surface: 'dns', target: 'unread', code: 'KARS_OVERLOADED' }]);
  });

  it('because too many wait for their answers is refused', async () => {
    const first = Promise.withResolvers<{ rcode: 0 }>();
    const tooMany = vi.fn(() => Promise.resolve());
    const responder = new Responder({
      lookups: { answer: () => first.promise, tooMany },
      log: createLog('egress-proxy', () => undefined),
      registry: new Registry(),
      bounds: { ...dnsLimits, waiting: 1 },
    });
    const waiting = responder.reply(plain, 'udp');
    const refused = await responder.reply(plain, 'udp');
    first.resolve({ rcode: 0 });
    expect(refused && rcodeOf(decode(refused))).toBe(5);
    expect(tooMany).toHaveBeenCalledExactlyOnceWith('1 queries wait for their answers');
    expect(rcodeOf(decode((await waiting) ?? Buffer.alloc(0)))).toBe(0);
  });
});

describe('a rate', () => {
  it('begins anew each second', () => {
    let now = 0;
    const rate = new RateWindow(2, () => now);
    const taken = [0, 0, 0, 0, 999, 1000, 1000, 1000].map((time) => {
      now = time;
      return rate.take();
    });
    expect(taken).toEqual([
      'within',
      'within',
      'first over',
      'over',
      'over',
      'within',
      'within',
      'first over',
    ]);
  });
});

describe('a reply', () => {
  it('speaks EDNS to who does, without its options, and to nobody else', async () => {
    const { port } = await startTestDns();
    const options = [{ code: 10, data: Buffer.from('cookie!!') }];
    const reply = await readUdp(port, withEdns({ options }));
    expect(reply.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, options: [] }]);
    expect(reply.answers).toHaveLength(1);
    expect((await readUdp(port, plain)).additionals).toEqual([]);
  });

  it('has the id and the wish for recursion of its query', async () => {
    const { port } = await startTestDns();
    expect(await readUdp(port, plain)).toMatchObject({
      id: 7,
      flag_rd: true,
      flag_ra: true,
      flag_aa: true,
    });
    expect(await readUdp(port, altered(2, 0))).toMatchObject({ id: 7, flag_rd: false });
  });

  it('is larger than its query by its records only', async () => {
    const { port } = await startTestDns();
    const sizeOf = async (message: Buffer): Promise<number> =>
      ((await askUdp(port, message)) ?? Buffer.alloc(0)).length - message.length;
    expect(await sizeOf(plain)).toBe('site.example'.length + 2 + 10 + 4);
    expect(await sizeOf(query('evil.example', 'ANY'))).toBe(11 + 22);
    expect(await sizeOf(altered(2, 0x20))).toBeLessThan(0);
  });
});

describe('whatever comes', () => {
  it('is answered or dropped, and finds no address but for the allowed name', async () => {
    const denied = query('evil.example', 'A');
    const seeds = [plain, denied, withEdns({}), query('evil.example', 'ANY'), query('a.b', 'TXT')];
    const { responder, names } = await bareResponder();
    const mutation = fc.record({
      seed: fc.constantFrom(...seeds),
      flips: fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }),
      cut: fc.option(fc.nat(60)),
      more: fc.uint8Array({ maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ seed, flips, cut, more }) => {
        const message = Buffer.concat([seed.subarray(0, cut ?? seed.length), more]);
        for (const [at, byte] of flips) if (at < message.length) message[at] = byte;
        const reply = await responder.reply(message, 'udp');
        if (reply === undefined) return;
        expect(reply.subarray(0, 2)).toEqual(message.subarray(0, 2));
        const { answers = [] } = decode(reply);
        for (const answer of answers) {
          expect(answer.name.toLowerCase()).toBe('site.example');
          expect(answer).toMatchObject({ data: names.addressOf('site.example') });
        }
        expect(reply.length).toBeLessThanOrEqual(512);
      }),
      { numRuns: 20_000 },
    );
    expect(names.addressOf('site.example')).toBeDefined();
  });
});

/** A responder without a limit of the rate, whose records go nowhere. */
async function bareResponder() {
  const { documents } = await openSidecar('egress-proxy', {
    'egress-allowlist': { entries: [{ host: 'site.example', port: 443 }] },
  });
  const log = createLog('egress-proxy', () => undefined);
  const names = new NameTable({ family: 4 });
  await names.read(temporaryDirectory(), log);
  const recorder = new DecisionRecorder({
    sandbox: 'reader',
    process: 'egress-proxy',
    audit: { append: () => Promise.resolve() },
    log,
    metrics: createMetrics(),
  });
  const lookups = new Lookups({
    inForce: policyInForce(() => documents.snapshot()),
    recorder,
    names,
    log,
  });
  const bounds = { ...dnsLimits, queriesPerSecond: Number.MAX_SAFE_INTEGER };
  return { names, responder: new Responder({ lookups, log, registry: new Registry(), bounds }) };
}
