import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, fileDigest, type Json } from 'kars-constructs/contract';

// The types of this CommonJS package do not fit how Node.js loads it.
const canonicalize = createRequire(import.meta.url)('canonicalize') as (value: unknown) => string;

describe('canonical JSON', () => {
  it('is what another implementation of RFC 8785 writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(value as Json)).toBe(canonicalize(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves absent members out', () => {
    expect(canonicalJson({ b: undefined, a: [null] })).toBe('{"a":[null]}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => canonicalJson({ value })).toThrow('JSON has no form for');
  });
});

describe('the digest of a file', () => {
  it('is that of kars v0.1.x', () => {
    // printf '\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\1b' | sha256sum
    expect(fileDigest('a', 'b')).toBe(
      'sha256:3c9d591045bc8876f9d0399bbfb05c6a412096e906f73278f98406cd5dca86df',
    );
  });

  it('tells name and content apart', () => {
    expect(fileDigest('ab', 'c')).not.toBe(fileDigest('a', 'bc'));
  });

  it('changes with every byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, change) => {
          const other = Uint8Array.from(bytes);
          const index = at % bytes.length;
          other[index] = (bytes[index] ?? 0) ^ change;
          expect(fileDigest('f', other)).not.toBe(fileDigest('f', bytes));
        },
      ),
    );
  });
});
