import { describe, expect, it } from 'vitest';
import { formatBench } from '../report.ts';
import { requestOf, isWhole } from './driver/client.ts';
import type { DriverOptions, Measured } from './driver/load.ts';
import type { Figure } from '../measured/figures.ts';
import { figureOf, type Measure } from './figures.ts';
import { tableOf } from './table.ts';

const measured: Measured = {
  seconds: 4,
  cpuSeconds: 2,
  ran: 1.8,
  waited: 2,
  operations: 10_000,
  failures: 0,
  failure: '',
  reads: 10_000,
  firstMilliseconds: 1.5,
};

const names = { ours: 'ours', aged: 'aged', floor: 'bare', portkey: 'key', others: ['key'] };

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
  it('is CPU for each answer where the process gets no rest, and a time where it does', () => {
    expect(figureOf('ours', 'few', measured)).toMatchObject({ value: 200, busy: 0.9 });
    expect(figureOf('ours', 'first', measured)).toEqual({ program: 'ours', measure: 'first', value: 1.5 }); // prettier-ignore
  });

  it('is refused where the gateway did nothing, or failed more than once in a hundred', () => {
    expect(() => figureOf('ours', 'few', { ...measured, operations: 0 })).toThrow('ours failed');
    const failing = { ...measured, failures: 101, failure: 'HTTP/1.1 403' };
    expect(() => figureOf('ours', 'few', failing)).toThrow('403');
    expect(figureOf('ours', 'few', { ...measured, failures: 100 }).value).toBe(200);
  });
});

describe('the table', () => {
  const { results, goals } = tableOf(
    [
      figure('few', 'ours', 180, 1),
      figure('few', 'aged', 190, 1),
      figure('few', 'bare', 100, 0.95),
      figure('few', 'key', 170, 1),
      figure('large', 'ours', 100, 1),
      figure('large', 'bare', 100, 0.94),
      figure('idle', 'ours', 46),
      figure('decide', 'ours', 200_000),
    ],
    names,
  );

  it('compares ours with the floor, and says who is ahead', () => {
    expect(results[0]).toMatchObject({ ours: '180', 'x bare': '1.80', 'we lose to': 'bare, key' });
    expect(results[2]).toMatchObject({ 'not busy enough': 'bare 94 %' });
  });

  it.each([
    [0, 'at most 1.80 x bare', '1.80 x bare', true],
    [1, 'at most 0.33 x key', '1.06 x key', false],
    [4, 'at most 1.70 x bare', '1.00 x bare, of a process that was not busy enough', false],
    [9, 'at most 45.00 MB RssAnon', '46.00 MB RssAnon', false],
    [10, 'at most 110 MB RssAnon', 'nothing', false],
    [12, 'at least 200,000 per s', '200,000 per s', true],
    [13, 'at most 1.05 x an empty log', '1.06 x an empty log', false],
  ])('tells of goal %i whether it is met', (index, goal, text, met) => {
    expect(goals[index]).toMatchObject({ goal, measured: text, met });
  });

  it('is a report', () => {
    expect(formatBench({ conditions: {}, results, goals })).toContain('answer to 1 KiB');
  });
});

describe('a client of the bench', () => {
  const options: DriverOptions = { load: 'large', port: 1, headers: { 'x-of': 'gateway' }, pid: 1, warmCpuSeconds: 1, milliseconds: 1 }; // prettier-ignore

  it('sends a whole request with a prompt of the size of its load', () => {
    const [head = '', body = ''] = requestOf(options).split('\r\n\r\n');
    expect(head).toContain(`content-length: ${body.length}`);
    expect(head).toContain('x-of: gateway');
    expect(body.length).toBeGreaterThan(65_536);
    expect(JSON.parse(body)).not.toHaveProperty('stream');
    expect(requestOf({ ...options, load: 'stream' })).toContain('"stream":true');
  });

  it('knows when an answer has come to its end', () => {
    expect(isWhole('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r')).toBe(false);
    expect(isWhole('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{')).toBe(false);
    expect(isWhole('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')).toBe(true);
    expect(isWhole('HTTP/1.1 200 OK\r\n\r\n5\r\n{"a":')).toBe(false);
    expect(isWhole('HTTP/1.1 200 OK\r\n\r\n2\r\n{}\r\n0\r\n\r\n')).toBe(true);
  });
});
