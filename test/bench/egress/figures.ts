import { busyShare } from '../measured/busy.ts';
import type { Figure } from '../measured/figures.ts';
import type { Load, Measured } from './driver/load.ts';

/** What is measured of a proxy. */
export type Measure = Load | 'tunnels' | 'idle' | 'start' | 'decide' | 'decideFew';

/** The figures of a load. */
export function figureOf(proxy: string, measure: Load, measured: Measured): Figure<Measure> {
  const { operations, bytes, cpuSeconds, failures } = measured;
  if (operations === 0 || failures > operations / 100) {
    throw new Error(`${proxy} failed ${failures} times, and did ${operations} times what was asked (${measure})`); // prettier-ignore
  }
  const value = measure === 'bulk' ? bytes / 1e6 / cpuSeconds : (cpuSeconds / operations) * 1e6;
  return { program: proxy, measure, value, busy: busyShare(measured) };
}
