import { cpuSeconds, firstThreadTimes } from './proc.ts';

/** What a process has used of the time so far, or in a span of it. */
export interface Busy {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of its first thread. */
  readonly ran: number;
  readonly waited: number;
}

/** Below it a process had time to spare, and does less at once than it does under load. */
export const BUSY_ENOUGH = 0.95;

/** What a process has used so far. */
export const busySoFar = (pid: number): Busy => ({
  seconds: performance.now() / 1000,
  cpuSeconds: cpuSeconds(pid),
  ...firstThreadTimes(pid),
});

/** What a process used between two looks at it. */
export const busyBetween = (before: Busy, after: Busy): Busy => ({
  seconds: after.seconds - before.seconds,
  cpuSeconds: after.cpuSeconds - before.cpuSeconds,
  ran: after.ran - before.ran,
  waited: after.waited - before.waited,
});

/**
 * How busy a process was: its share of the time or, where others took the core too, that of its first
 * thread in the time that the core was left to it.
 */
export function busyShare({ seconds, cpuSeconds, ran, waited }: Busy): number {
  return Math.min(1, Math.max(cpuSeconds / seconds, ran / (seconds - waited)));
}
