import { median } from '../report.ts';

/** How memory has changed from the first third of some samples to the last. */
export interface Flatness {
  readonly first: number;
  readonly last: number;
  /** What the last third is above the first, as a share of it. */
  readonly change: number;
}

/** Compares the middle of the last third with that of the first, since memory goes up and down with each collection. */
export function flatness(samples: readonly number[]): Flatness {
  const third = Math.floor(samples.length / 3);
  const first = median(samples.slice(0, third));
  const last = median(samples.slice(samples.length - third));
  return { first, last, change: last / first - 1 };
}
