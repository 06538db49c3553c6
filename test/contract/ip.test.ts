import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  formatRange,
  normalAddress,
  parseAddress,
  parseRange,
} from '../../lib/contract/ip.ts';

describe('an address', () => {
  it.each([
    ['10.20.0.5', '10.20.0.5'],
    ['FD12:0:0:0::5', 'fd12::5'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['::', '::'],
  ])('%s has one spelling', (text, expected) => {
    expect(normalAddress(text)).toBe(expected);
  });

  it.each([
    '',
    '10.0.0',
    '010.0.0.1',
    '0x0a000001',
    '167772161',
    '10.0.0.1 ',
    'fe80::1%eth0',
    '[::1]',
    'a',
  ])('"%s" is none', (text) => {
    expect(normalAddress(text)).toBeUndefined();
    expect(parseAddress(text)).toBeUndefined();
  });
});

const cases = [
  { name: 'IPv4', address: fc.ipV4(), bits: 32, type: 'ipv4' },
  { name: 'IPv6', address: fc.ipV6(), bits: 128, type: 'ipv6' },
] as const;

describe.each(cases)('a range of $name', ({ address, bits, type }) => {
  const prefix = fc.integer({ min: 0, max: bits });

  it('holds what Node.js says it holds', () => {
    fc.assert(
      fc.property(
        address,
        prefix,
        address,
        fc.integer({ min: 0, max: bits }),
        (network, length, other, kept) => {
          const range = parseRange(`${network}/${length}`);
          // An address that differs from the network behind some bit, so that both outcomes are common.
          const near = parseRange(`${network}/${kept}`);
          if (range === undefined || near === undefined) throw new Error('no range');
          const list = new BlockList();
          list.addSubnet(network, length, type);
          for (const text of [network, other, formatRange(near).replace(/\/.*/, '')]) {
            const parsed = parseAddress(text);
            expect(parsed !== undefined && contains(range, parsed)).toBe(list.check(text, type));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(address, prefix, (network, length) => {
        const range = parseRange(`${network}/${length}`);
        if (range === undefined) throw new Error('no range');
        expect(parseRange(formatRange(range))).toEqual(range);
      }),
    );
  });
});
