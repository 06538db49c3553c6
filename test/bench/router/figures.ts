import { busyShare } from '../measured/busy.ts';
import { median } from '../report.ts';
import { loads, type Load, type Measured } from './driver/load.ts';

/** What is measured of a gateway. */
export type Measure = Load | 'idle' | 'loaded' | 'start' | 'decide';

/** One measurement. */
export interface Figure {
  readonly gateway: string;
  readonly measure: Measure;
  readonly value: number;
  /** Share of the time in which the process under test was busy, where that matters. */
  readonly busy?: number;
}

/** CPU of an answer in microseconds where a process gets no rest, otherwise how long its first byte takes. */
export function figureOf(gateway: string, measure: Load, measured: Measured): Figure {
  const { operations, cpuSeconds, failures, failure, firstMilliseconds } = measured;
  if (operations === 0 || failures > operations / 100) {
    throw new Error(`${gateway} failed ${failures} times, and answered ${operations} times (${measure}): ${failure}`); // prettier-ignore
  }
  return measuresCpu(measure)
    ? { gateway, measure, value: (cpuSeconds / operations) * 1e6, busy: busyShare(measured) }
    : { gateway, measure, value: firstMilliseconds };
}

/** Whether a load is there to measure CPU. */
export const measuresCpu = (load: Load): boolean => loads[load].isCrowded || load === 'paced';

/** The middle of all runs; NaN for what was not measured. */
export const middleOf = (figures: readonly Figure[], measure: Measure, gateway: string): number =>
  median(of(figures, measure, gateway).map(({ value }) => value));

/** How busy a process was in the middle of all runs; 1 where that does not matter. */
export const busyIn = (figures: readonly Figure[], measure: Measure, gateway: string): number =>
  median(of(figures, measure, gateway).map(({ busy = 1 }) => busy));

const of = (figures: readonly Figure[], measure: Measure, gateway: string): readonly Figure[] =>
  figures.filter((figure) => figure.measure === measure && figure.gateway === gateway);
