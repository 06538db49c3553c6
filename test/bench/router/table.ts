import { BUSY_ENOUGH } from '../measured/busy.ts';
import type { BenchReport, Goal } from '../report.ts';
import { busyIn, middleOf, type Figure } from '../measured/figures.ts';
import type { Measure } from './figures.ts';

interface MeasureRow {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
}

const CPU = 'µs of CPU';

/** What each measure is called, in the order of the report. */
const rows: Readonly<Record<Measure, MeasureRow>> = {
  few: { title: 'answer to 1 KiB, 10 clients', unit: CPU, digits: 0 },
  many: { title: 'answer to 1 KiB, 64 clients', unit: CPU, digits: 0 },
  large: { title: 'answer to 64 KiB, 10 clients', unit: CPU, digits: 0 },
  stream: { title: 'stream of 50 events at once', unit: CPU, digits: 0 },
  paced: { title: 'stream of 50 events, 5 ms apart', unit: CPU, digits: 0 },
  wait: { title: 'first byte, provider takes 60 ms', unit: 'ms', digits: 1 },
  first: { title: 'first byte of a stream', unit: 'ms', digits: 2 },
  firstSlow: { title: 'first byte of a stream, 60 ms', unit: 'ms', digits: 1 },
  idle: { title: 'idle', unit: 'MB RssAnon', digits: 1 },
  loaded: { title: 'most after a load', unit: 'MB RssAnon', digits: 1 },
  start: { title: 'cold start', unit: 's', digits: 2 },
  decide: { title: 'decision, 100 rules', unit: 'per s', digits: 0 },
};

/** Names of the gateways in the report. */
export interface Names {
  readonly ours: string;
  /** Ours with a long audit log behind it. */
  readonly aged: string;
  readonly floor: string;
  readonly portkey: string;
  readonly others: readonly string[];
}

/** A row for each measure, and a goal for each that has one. */
export function tableOf(
  figures: readonly Figure<Measure>[],
  names: Names,
): Pick<BenchReport, 'results' | 'goals'> {
  const all = [names.ours, names.aged, names.floor, ...names.others];
  const measures = Object.keys(rows) as Measure[];
  return {
    results: measures.map((measure) => {
      const { title, unit, digits } = rows[measure];
      const value = (gateway: string): number => middleOf(figures, measure, gateway);
      const own = value(names.ours);
      return {
        median: title,
        unit,
        ...Object.fromEntries(all.map((gateway) => [gateway, show(value(gateway), digits)])),
        [`x ${names.floor}`]: show(own / value(names.floor), 2),
        [`x ${names.portkey}`]: show(own / value(names.portkey), 2),
        'we lose to': all.filter((gateway) => value(gateway) < own).join(', '),
        'not busy enough': all
          .filter((gateway) => busyIn(figures, measure, gateway) < BUSY_ENOUGH)
          .map((gateway) => `${gateway} ${Math.round(busyIn(figures, measure, gateway) * 100)} %`)
          .join(', '),
      };
    }),
    goals: goalsOf(figures, names),
  };
}

const show = (value: number, digits: number): string =>
  Number.isNaN(value) ? '' : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits }); // prettier-ignore

function goalsOf(
  figures: readonly Figure<Measure>[],
  { ours, aged, floor, portkey }: Names,
): Goal[] {
  const of = (measure: Measure, gateway: string): number => middleOf(figures, measure, gateway);
  const goal = (
    measure: Measure,
    value: number,
    bound: number,
    unit: string,
    gateways: readonly string[],
    least = false,
  ): Goal => {
    // prettier-ignore
    const isBusy = gateways.every((gateway) => !(busyIn(figures, measure, gateway) < BUSY_ENOUGH));
    const text = (amount: number): string => `${show(amount, amount < 100 ? 2 : 0)} ${unit}`;
    return {
      name: rows[measure].title,
      goal: `at ${least ? 'least' : 'most'} ${text(bound)}`,
      measured: Number.isNaN(value)
        ? 'nothing'
        : `${text(value)}${isBusy ? '' : ', of a process that was not busy enough'}`,
      met: (least ? value >= bound : value <= bound) && isBusy,
    };
  };
  const against = (measure: Measure, bound: number, other: string): Goal =>
    goal(measure, of(measure, ours) / of(measure, other), bound, `x ${other}`, [ours, other]);
  const absolute = (measure: Measure, bound: number, least = false): Goal =>
    goal(measure, of(measure, ours), bound, rows[measure].unit, [ours], least);
  return [
    against('few', 1.8, floor),
    against('few', 1 / 3, portkey),
    against('many', 1.8, floor),
    against('many', 1 / 3, portkey),
    against('large', 1.7, floor),
    against('stream', 1.3, floor),
    against('paced', 1.3, floor),
    against('first', 1.15, floor),
    against('firstSlow', 1.15, floor),
    absolute('idle', 45),
    absolute('loaded', 110),
    absolute('start', 0.5),
    absolute('decide', 200_000, true),
    goal('few', of('few', aged) / of('few', ours), 1.05, 'x an empty log', [ours, aged]),
  ];
}
