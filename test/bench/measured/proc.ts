import { readdirSync, readFileSync } from 'node:fs';

/** Of the kernel interface, on every architecture that Node.js runs on. @see times(2) */
const TICKS_PER_SECOND = 100;

/** CPU seconds in a text of `/proc/PID/stat`: user and system, all threads, those that have ended too. */
export function parseCpuSeconds(stat: string): number {
  // The name of the program stands in parentheses, and may hold spaces and more of them.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks))
    throw new Error(`got ${JSON.stringify(stat)}, no times of a process`);
  return ticks / TICKS_PER_SECOND;
}

/** KiB of anonymous memory in a text of `/proc/PID/status`. */
export function parseAnonymousKibibytes(status: string): number {
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error('got no RssAnon in the status of a process');
  return Number(kibibytes);
}

/** What a scheduler says of a thread, in seconds. */
export interface ThreadTimes {
  readonly ran: number;
  /** Ready to run, while its core was taken by others. */
  readonly waited: number;
}

/** The times of a thread in a text of `/proc/PID/schedstat`. */
export function parseThreadTimes(schedstat: string): ThreadTimes {
  const [, ran, waited] = /^(\d+) (\d+) \d+/.exec(schedstat) ?? [];
  if (ran === undefined) throw new Error('got no times of a scheduler');
  return { ran: Number(ran) / 1e9, waited: Number(waited) / 1e9 };
}

const LISTEN = '0A';

/** Whether a text of `/proc/PID/net/tcp` has a socket that listens on a port. */
export function hasListener(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^ *\\d+: [0-9A-F]+:${hex} \\S+ ${LISTEN} `, 'm').test(table);
}

/** CPU seconds of a process so far. */
export const cpuSeconds = (pid: number): number => parseCpuSeconds(read(pid, 'stat'));

/** KiB of anonymous memory of a process. */
export const anonymousKibibytes = (pid: number): number =>
  parseAnonymousKibibytes(read(pid, 'status'));

/** Times of the first thread of a process so far. */
export const firstThreadTimes = (pid: number): ThreadTimes =>
  parseThreadTimes(read(pid, 'schedstat'));

/** The threads of a process, each of which has a priority of its own. */
export const threadsOf = (pid: number): readonly number[] =>
  readdirSync(`/proc/${pid}/task`).map(Number);

const read = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
