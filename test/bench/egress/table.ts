import type { BenchReport, Goal } from '../report.ts';
import { BUSY_ENOUGH } from '../measured/busy.ts';
import { busyIn, middleOf, type Figure } from '../measured/figures.ts';
import type { Measure } from './figures.ts';

interface MeasureRow {
  readonly title: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly digits: number;
}

/** What each measure is called, in the order of the report. */
const rows: Readonly<Record<Measure, MeasureRow>> = {
  tls: { title: 'CONNECT tunnel, TLS', unit: 'µs of CPU', better: 'less', digits: 0 },
  tcp: { title: 'CONNECT tunnel, any bytes', unit: 'µs of CPU', better: 'less', digits: 0 },
  forward: { title: 'HTTP request, kept alive', unit: 'µs of CPU', better: 'less', digits: 0 },
  spread: { title: 'HTTP request, to many hosts', unit: 'µs of CPU', better: 'less', digits: 0 },
  bulk: { title: 'bytes in tunnels', unit: 'MB per CPU s', better: 'more', digits: 0 },
  tunnels: { title: '5,000 idle tunnels', unit: 'MB RssAnon', better: 'less', digits: 0 },
  idle: { title: 'idle', unit: 'MB RssAnon', better: 'less', digits: 1 },
  start: { title: 'cold start', unit: 's', better: 'less', digits: 2 },
  decide: { title: 'decision, 10,000 entries', unit: 'per s', better: 'more', digits: 0 },
  decideFew: { title: 'decision, 10 entries', unit: 'per s', better: 'more', digits: 0 },
};

/** Names of the proxies in the report. */
export interface Names {
  readonly ours: string;
  readonly squid: string;
  readonly floor: string;
  readonly others: readonly string[];
}

/** A row for each measure, and a goal for each that has one. */
export function tableOf(
  figures: readonly Figure<Measure>[],
  names: Names,
): Pick<BenchReport, 'results' | 'goals'> {
  const all = [names.ours, names.squid, names.floor, ...names.others];
  const measures = Object.keys(rows) as Measure[];
  return {
    results: measures.map((measure) => {
      const { title, unit, better, digits } = rows[measure];
      const value = (proxy: string): number => middleOf(figures, measure, proxy);
      const own = value(names.ours);
      const isAhead = (proxy: string): boolean =>
        better === 'less' ? value(proxy) < own : value(proxy) > own;
      return {
        median: title,
        unit,
        ...Object.fromEntries(all.map((proxy) => [proxy, show(value(proxy), digits)])),
        [`x ${names.squid}`]: show(own / value(names.squid), 2),
        [`x ${names.floor}`]: show(own / value(names.floor), 2),
        'we lose to': all.filter(isAhead).join(', '),
        'not busy enough': all
          .filter((proxy) => busyIn(figures, measure, proxy) < BUSY_ENOUGH)
          .map((proxy) => `${proxy} ${Math.round(busyIn(figures, measure, proxy) * 100)} %`)
          .join(', '),
      };
    }),
    goals: goalsOf(figures, names),
  };
}

const show = (value: number, digits: number): string =>
  Number.isNaN(value) ? '' : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits }); // prettier-ignore

function goalsOf(figures: readonly Figure<Measure>[], { ours, squid, floor }: Names): Goal[] {
  const goal = (measure: Measure, bound: number, than?: string): Goal => {
    const { title, unit, better, digits } = rows[measure];
    const own = middleOf(figures, measure, ours);
    const value = than === undefined ? own : own / middleOf(figures, measure, than);
    const text = (amount: number): string =>
      than === undefined ? `${show(amount, digits)} ${unit}` : `${show(amount, 2)} x ${than}`;
    const isBusy = [ours, than ?? ours].every(
      (proxy) => !(busyIn(figures, measure, proxy) < BUSY_ENOUGH),
    );
    const isMet = better === 'less' ? value <= bound : value >= bound;
    return {
      name: title,
      goal: `at ${better === 'less' ? 'most' : 'least'} ${text(bound)}`,
      measured: Number.isNaN(value)
        ? 'nothing'
        : `${text(value)}${isBusy ? '' : ', of a process that was not busy enough'}`,
      met: isMet && isBusy,
    };
  };
  return [
    goal('tls', 1.3, squid),
    goal('tls', 1.6, floor),
    goal('tcp', 1.3, squid),
    goal('tcp', 1.6, floor),
    goal('forward', 1.3, squid),
    goal('bulk', 0.7, squid),
    goal('tunnels', 160),
    goal('decide', 500_000),
    goal('idle', 40),
    goal('start', 0.4),
    growth(figures, ours),
  ];
}

/** A list a thousand times as long may miss the caches of the processor, but must not be searched. */
function growth(figures: readonly Figure<Measure>[], ours: string): Goal {
  const MOST = 3;
  const slower = middleOf(figures, 'decideFew', ours) / middleOf(figures, 'decide', ours);
  return {
    name: 'decision, by 10,000 entries against 10',
    goal: `at most ${MOST} times as long`,
    measured: `${show(slower, 2)} times`,
    met: slower <= MOST,
  };
}
