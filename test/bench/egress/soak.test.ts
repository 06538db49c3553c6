import { expect, it } from 'vitest';
import { flatness } from './soak-figures.ts';

it('memory is compared by the middle of its thirds', () => {
  expect(flatness([100, 900, 100, 500, 500, 500, 110, 110, 10])).toMatchObject({
    first: 100,
    last: 110,
  });
  expect(flatness([100, 100, 100, 500, 500, 500, 110, 110, 110]).change).toBeCloseTo(0.1);
  expect(flatness([100, 100, 100, 500, 500, 500, 90, 90, 90]).change).toBeCloseTo(-0.1);
});

it('memory that was not looked at is not flat', () => {
  expect(flatness([]).change <= 0.05).toBe(false);
});
