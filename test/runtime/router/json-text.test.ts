import fc from 'fast-check';
import { expect, test } from 'vitest';
import { membersOf, readJsonText } from '../../../runtime/router/json-text.ts';
import { limits, type Limits } from '../../../runtime/router/limits.ts';

const tooComplex = (text: string, bounds: Pick<Limits, 'requestValues' | 'requestDepth'>) =>
  readJsonText(text, bounds).tooComplex;

/** Values and levels that a parsed value has. */
function shapeOf(value: unknown): { values: number; depth: number } {
  if (typeof value !== 'object' || value === null) return { values: 1, depth: 0 };
  const parts = Object.values(value).map(shapeOf);
  return {
    values: parts.reduce((sum, part) => sum + part.values, 1),
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
  };
}

test('what is too deep is told whatever the strings hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      const { depth } = shapeOf(value);
      const bound = { requestValues: Number.MAX_SAFE_INTEGER };
      expect(tooComplex(text, { ...bound, requestDepth: depth })).toBeUndefined();
      if (depth > 0) expect(tooComplex(text, { ...bound, requestDepth: depth - 1 })).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});

test('values are counted to within a factor of two', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      const { values } = shapeOf(value);
      const bound = { requestDepth: Number.MAX_SAFE_INTEGER };
      expect(tooComplex(text, { ...bound, requestValues: 2 * values })).toBeUndefined();
      const half = Math.ceil(values / 2) - 1;
      if (half > 0) expect(tooComplex(text, { ...bound, requestValues: half - 1 })).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});

test.each(['"', '"\\', '"\\"', '"\\\\', '["\\\\\\"'])(
  'an unfinished string is read to its end: %s',
  (text) => {
    expect(tooComplex(text, { requestValues: 1, requestDepth: 1 })).toBeUndefined();
  },
);

test('members are counted as a parser has them, whatever the strings hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      expect(readJsonText(text, limits)).toEqual({ members: membersOf(JSON.parse(text)) });
    }),
    { numRuns: 2000 },
  );
});

test('every number that a double holds survives, in each of its spellings', () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      fc.pre(!Object.is(value, -0));
      for (const text of [JSON.stringify(value), value.toExponential()]) {
        expect(readJsonText(`[${text}]`, limits).changedNumber).toBeUndefined();
      }
    }),
    { numRuns: 2000 },
  );
});

test.each(['1', '-1.50', '0.1', '100', '1e3', '1E+3', '10e-1', '9007199254740991', '0.00', '-0'])(
  '%s survives',
  (number) => {
    expect(readJsonText(`{"a":${number}}`, limits)).toEqual({ members: 1 });
  },
);

test.each(['9007199254740993', '1e400', '-1e999', '0.10000000000000000001', '1e-400'])(
  '%s would be changed',
  (number) => {
    expect(readJsonText(`{"a":${number}}`, limits).changedNumber).toBe(number);
  },
);
