import { busyShare } from '../measured/busy.ts';
import type { Figure } from '../measured/figures.ts';
import { loads, type Load, type Measured } from './driver/load.ts';

/** What is measured of a gateway. */
export type Measure = Load | 'idle' | 'loaded' | 'start' | 'decide';

/** CPU of an answer in microseconds where a process gets no rest, otherwise how long its first byte takes. */
export function figureOf(gateway: string, measure: Load, measured: Measured): Figure<Measure> {
  const { operations, cpuSeconds, failures, failure, firstMilliseconds } = measured;
  if (operations === 0 || failures > operations / 100) {
    throw new Error(`${gateway} failed ${failures} times, and answered ${operations} times (${measure}): ${failure}`); // prettier-ignore
  }
  return measuresCpu(measure)
    ? {
        program: gateway,
        measure,
        value: (cpuSeconds / operations) * 1e6,
        busy: busyShare(measured),
      }
    : { program: gateway, measure, value: firstMilliseconds };
}

/** Whether a load is there to measure CPU. */
export const measuresCpu = (load: Load): boolean => loads[load].isCrowded || load === 'paced';
