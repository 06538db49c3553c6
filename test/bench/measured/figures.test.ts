import { expect, it } from 'vitest';
import { busyIn, middleOf } from './figures.ts';

it('a figure is that of the middle run', () => {
  const figures = [9, 1, 5, 7, 3].map((value) => ({
    program: 'ours',
    measure: 'few',
    value,
    busy: value / 10,
  }));
  expect(middleOf(figures, 'few', 'ours')).toBe(5);
  expect(busyIn(figures, 'few', 'ours')).toBe(0.5);
  expect(middleOf(figures, 'few', 'other')).toBeNaN();
  expect(busyIn([{ program: 'ours', measure: 'idle', value: 1 }], 'idle', 'ours')).toBe(1);
});
