import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tooComplex } from '../../../runtime/router/json-shape.ts';

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
