import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClientHello } from '../../../../runtime/egress-proxy/tls/client-hello.ts';
import { itAgreesWithServers, itIsRead } from './hello-properties.ts';
import { capture, helloWith, record, serverNames, stacks } from './hellos.ts';

const NAME = 'api.example.com';
const named = helloWith([[0, serverNames([0, NAME])]]);

describe.each(Object.keys(stacks))('a ClientHello of %s', (stack) => {
  itIsRead(() => capture(stack, NAME), { serverName: NAME, hasEncryptedHello: false });
});

describe('a ClientHello', () => {
  it('without a name, or without extensions, is read as one', () => {
    expect(readClientHello(helloWith([]))).toMatchObject({ hello: { serverName: undefined } });
  });

  it.each([0xfe0d, 0xffce, 0xff03])('tells of an encrypted part by the extension %i', (type) => {
    const bytes = helloWith([
      [0, serverNames([0, NAME])],
      [type, Buffer.alloc(8)],
    ]);
    expect(readClientHello(bytes)).toMatchObject({ hello: { hasEncryptedHello: true } });
  });

  it.each<[string, Buffer, string]>([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'a handshake of TLS'],
    ['an SSL 2.0 hello', Buffer.from([0x80, 0x2e, 1, 3, 1]), 'a handshake of TLS'],
    ['an alert', Buffer.from([21, 3, 1, 0, 2, 2, 0]), 'a handshake of TLS'],
    ['application data', Buffer.from([23, 3, 3, 0, 1, 0]), 'a handshake of TLS'],
    ['another message', record(Buffer.from([2, 0, 0, 0])), 'no ClientHello'],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0]), 'a record has no length'],
    ['a record over the limit', Buffer.from([22, 3, 1, 0xff, 0xff]), 'a record has no length'],
    ['a message over the limit', record(Buffer.from([1, 0, 0x40, 1])), 'longer than 16384'],
    [
      'more in its record',
      record(Buffer.concat([named.subarray(5), Buffer.from([1])])),
      'bytes follow the ClientHello',
    ],
    [
      'another record type inside it',
      Buffer.concat([record(named.subarray(5, 20)), Buffer.from([23, 3, 3, 0, 1, 0])]),
      'a handshake of TLS',
    ],
    [
      'single bytes in records',
      Buffer.concat([...named.subarray(5)].map((byte) => record(Buffer.from([byte])))),
      'too many records',
    ],
    [
      'an extension twice',
      helloWith([
        [0, serverNames([0, NAME])],
        [0, serverNames([0, 'evil.example'])],
      ]),
      'the extension 0 twice',
    ],
    [
      'another extension twice',
      helloWith([
        [16, Buffer.alloc(0)],
        [16, Buffer.alloc(0)],
      ]),
      'the extension 16 twice',
    ],
    [
      'two names',
      helloWith([[0, serverNames([0, NAME], [0, 'evil.example'])]]),
      'other server names',
    ],
    ['no name in the list', helloWith([[0, Buffer.from([0, 0])]]), 'longer than what holds it'],
    [
      'an empty extension of the name',
      helloWith([[0, Buffer.alloc(0)]]),
      'longer than what holds it',
    ],
    ['an empty name', helloWith([[0, serverNames([0, ''])]]), 'not ASCII'],
    ['a name of another type', helloWith([[0, serverNames([1, NAME])]]), 'other server names'],
    [
      'a name with a zero byte',
      helloWith([[0, serverNames([0, `${NAME}\0.evil.example`])]]),
      'not ASCII',
    ],
    ['a name with a space', helloWith([[0, serverNames([0, `${NAME} x`])]]), 'not ASCII'],
    ['a name outside ASCII', helloWith([[0, serverNames([0, 'bücher.example'])]]), 'not ASCII'],
    ['a name over the limit', helloWith([[0, serverNames([0, 'a'.repeat(256)])]]), 'not ASCII'],
    [
      'bytes behind the list of names',
      helloWith([[0, Buffer.concat([serverNames([0, NAME]), Buffer.from([0])])]]),
      'other server names',
    ],
    [
      'an extension beyond the list',
      helloWith([[0, Buffer.alloc(3)]]).fill(0xff, 54, 56),
      'longer than what holds it',
    ],
  ])('is refused as %s', (_what, bytes, reason) => {
    const reading = readClientHello(bytes);
    expect(reading.kind).toBe('invalid');
    expect(reading.kind === 'invalid' && reading.reason).toContain(reason);
  });

  itAgreesWithServers(() => capture('OpenSSL', NAME), NAME, 1500);

  it('is read or refused, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: named.length }),
        (tail, kept) => {
          const bytes = Buffer.concat([named.subarray(0, kept), tail]);
          expect(['more', 'hello', 'invalid']).toContain(readClientHello(bytes).kind);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
