import { describe, expect, it } from 'vitest';
import {
  anonymousKibibytes,
  cpuSeconds,
  firstThreadTimes,
  hasListener,
  parseAnonymousKibibytes,
  parseCpuSeconds,
  parseThreadTimes,
  threadsOf,
} from './proc.ts';

const stat = (name: string): string =>
  `4711 (${name}) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 125 7 8 20 0 11 0 33 1000 20 18446744073709551615 1 1 0`;

describe('the CPU seconds of a process', () => {
  it('are user and system time of itself, without those of its children', () => {
    expect(parseCpuSeconds(stat('squid'))).toBe(3.75);
  });

  it.each(['a b', ') S 1 1', 'x) (y'])('are found behind the name "%s"', (name) => {
    expect(parseCpuSeconds(stat(name))).toBe(3.75);
  });

  it('are refused where there are none', () => {
    expect(() => parseCpuSeconds('4711 (squid) S 1')).toThrow('no times of a process');
  });

  it('grow while it works', () => {
    const before = cpuSeconds(process.pid);
    const end = performance.now() + 5000;
    while (cpuSeconds(process.pid) === before && performance.now() < end);
    expect(cpuSeconds(process.pid)).toBeGreaterThan(before);
  });
});

describe('what else a process is looked at for', () => {
  it('is its anonymous memory', () => {
    const status = 'VmRSS:\t  900 kB\nRssAnon:\t    512 kB\nRssFile:\t  388 kB\n';
    expect(parseAnonymousKibibytes(status)).toBe(512);
    expect(() => parseAnonymousKibibytes('State:\tZ (zombie)\n')).toThrow('no RssAnon');
    expect(anonymousKibibytes(process.pid)).toBeGreaterThan(1000);
  });

  it('is how long its first thread ran and waited', () => {
    expect(parseThreadTimes('1500000000 500000000 42\n')).toEqual({ ran: 1.5, waited: 0.5 });
    expect(() => parseThreadTimes('')).toThrow('no times of a scheduler');
    expect(firstThreadTimes(process.pid).ran).toBeGreaterThan(0);
  });

  it('is its threads, the first of which has its number', () => {
    expect(threadsOf(process.pid)).toContain(process.pid);
  });

  it('is whether it listens on a port, and not whether it is connected from one', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:0C38 00000000:0000 0A 00000000:00000000
   1: 0100007F:0C39 0100007F:0C38 01 00000000:00000000
`;
    expect(hasListener(table, 3128)).toBe(true);
    expect(hasListener(table, 3129)).toBe(false);
    expect(hasListener('', 3128)).toBe(false);
  });
});
