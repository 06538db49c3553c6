import { busyShare } from '../measured/busy.ts';
import { median } from '../report.ts';
import type { Load, Measured } from './driver/load.ts';

/** What is measured of a proxy. */
export type Measure = Load | 'tunnels' | 'idle' | 'start' | 'decide' | 'decideFew';

/** One measurement. */
export interface Figure {
  readonly proxy: string;
  readonly measure: Measure;
  readonly value: number;
  /** Share of the time in which the process under test was busy, where that matters. */
  readonly busy?: number;
}

/** The figures of a load. */
export function figureOf(proxy: string, measure: Load, measured: Measured): Figure {
  const { operations, bytes, cpuSeconds, failures } = measured;
  if (operations === 0 || failures > operations / 100) {
    throw new Error(`${proxy} failed ${failures} times, and did ${operations} times what was asked (${measure})`); // prettier-ignore
  }
  const value = measure === 'bulk' ? bytes / 1e6 / cpuSeconds : (cpuSeconds / operations) * 1e6;
  return { proxy, measure, value, busy: busyShare(measured) };
}

/** The middle of all runs; NaN for what was not measured. */
export const middleOf = (figures: readonly Figure[], measure: Measure, proxy: string): number =>
  median(of(figures, measure, proxy).map(({ value }) => value));

/** How busy a process was in the middle of all runs; 1 where that does not matter. */
export const busyIn = (figures: readonly Figure[], measure: Measure, proxy: string): number =>
  median(of(figures, measure, proxy).map(({ busy = 1 }) => busy));

const of = (figures: readonly Figure[], measure: Measure, proxy: string): readonly Figure[] =>
  figures.filter((figure) => figure.measure === measure && figure.proxy === proxy);
