import { describe, expect, it } from 'vitest';
import { formatBench } from '../report.ts';
import type { Measured } from './driver/load.ts';
import { busyShare } from '../measured/busy.ts';
import type { Figure } from '../measured/figures.ts';
import { figureOf, type Measure } from './figures.ts';
import { tableOf } from './table.ts';

const measured: Measured = {
  seconds: 4,
  cpuSeconds: 2,
  ran: 1.8,
  waited: 2,
  operations: 10_000,
  bytes: 3e9,
  failures: 0,
};

const names = { ours: 'ours', squid: 'squid', floor: 'bare', others: ['other'] };

const figure = (
  measure: Measure,
  program: string,
  value: number,
  busy?: number,
): Figure<Measure> => ({
  program,
  measure,
  value,
  ...(busy === undefined ? {} : { busy }),
});

describe('a figure', () => {
  it('is CPU for each tunnel or request, and bytes for each second of CPU', () => {
    expect(figureOf('ours', 'tls', measured).value).toBe(200);
    expect(figureOf('ours', 'bulk', measured).value).toBe(1500);
  });

  it('is refused where the proxy did nothing, or failed more than once in a hundred', () => {
    expect(() => figureOf('ours', 'tls', { ...measured, operations: 0 })).toThrow('ours failed');
    expect(() => figureOf('ours', 'tls', { ...measured, failures: 101 })).toThrow('101 times');
    expect(figureOf('ours', 'tls', { ...measured, failures: 100 }).value).toBe(200);
  });

  it('knows how busy the process was in the time that the core was left to it', () => {
    expect(busyShare(measured)).toBeCloseTo(0.9);
    expect(busyShare({ ...measured, waited: 0 })).toBe(0.5);
    expect(busyShare({ ...measured, cpuSeconds: 4.01 })).toBe(1);
  });
});

describe('the table', () => {
  const { results, goals } = tableOf(
    [
      figure('tls', 'ours', 130, 1),
      figure('tls', 'squid', 100, 0.94),
      figure('tls', 'bare', 80, 0.95),
      figure('tls', 'other', 900, 0.2),
      figure('tcp', 'ours', 208, 1),
      figure('tcp', 'squid', 160, 0.95),
      figure('tcp', 'bare', 130, 1),
      figure('bulk', 'ours', 690),
      figure('bulk', 'squid', 1000),
      figure('bulk', 'bare', 400),
      figure('idle', 'ours', 40.1),
      figure('decide', 'ours', 600_000),
      figure('decideFew', 'ours', 1_900_000),
    ],
    names,
  );
  const row = (median: string): Readonly<Record<string, string | number>> =>
    results.find((result) => result['median'] === median) ?? {};
  const met = (name: string): (readonly [string, boolean])[] =>
    goals.filter((goal) => goal.name === name).map((goal) => [goal.measured, goal.met] as const);

  it('sets the proxy beside the others, and says which did not have to work', () => {
    expect(row('CONNECT tunnel, TLS')).toEqual({
      median: 'CONNECT tunnel, TLS',
      unit: 'µs of CPU',
      ours: '130',
      squid: '100',
      bare: '80',
      other: '900',
      'x squid': '1.30',
      'x bare': '1.63',
      'we lose to': 'squid, bare',
      'not busy enough': 'squid 94 %, other 20 %',
    });
  });

  it('takes more as better where it is', () => {
    expect(row('bytes in tunnels')).toMatchObject({ 'x squid': '0.69', 'we lose to': 'squid' });
  });

  it('leaves open what was not measured', () => {
    expect(row('cold start')).toMatchObject({ ours: '', 'x squid': '', 'we lose to': '' });
  });

  it('meets a goal on its bound, and misses it beyond', () => {
    expect(met('CONNECT tunnel, TLS')).toEqual([
      ['1.30 x squid, of a process that was not busy enough', false],
      ['1.63 x bare', false],
    ]);
    expect(met('CONNECT tunnel, any bytes')).toEqual([
      ['1.30 x squid', true],
      ['1.60 x bare', true],
    ]);
    expect(met('bytes in tunnels')).toEqual([['0.69 x squid', false]]);
    expect(met('idle')).toEqual([['40.1 MB RssAnon', false]]);
    expect(met('decision, 10,000 entries')).toEqual([['600,000 per s', true]]);
    expect(met('decision, by 10,000 entries against 10')).toEqual([['3.17 times', false]]);
  });

  it('misses the goal of what was not measured', () => {
    expect(met('cold start')).toEqual([['nothing', false]]);
  });

  it('is printed with its conditions and goals', () => {
    const text = formatBench({ conditions: { runs: 'five' }, results, goals });
    expect(text).toContain('runs: five');
    expect(text).toMatch(/CONNECT tunnel, TLS +at most 1\.60 x bare +1\.63 x bare +no/);
  });
});
