/** How far the wall clock may run ahead of the mark, all its jumps since the start of the process together. */
export const LONGEST_JUMP = 5 * 60_000;

/** The latest time that a process has seen, in milliseconds since 1970. */
export interface ClockMark {
  readonly at: number;
  /** How far the mark has followed jumps of the wall clock. */
  readonly followed: number;
}

/** A mark after some time. */
export interface Advanced {
  readonly mark: ClockMark;
  /** The wall clock is further ahead than it may be: nobody knows how late it is. */
  readonly jumped: boolean;
}

/**
 * Lets a mark go on by the time that has passed by a monotonic clock, and follow the wall clock where
 * that is a little ahead. It never goes back, so that nothing lasts longer when somebody sets the clock.
 */
export function advance({ at, followed }: ClockMark, passed: number, wall: number): Advanced {
  const now = at + passed;
  const ahead = Math.max(0, wall - now);
  return followed + ahead <= LONGEST_JUMP
    ? { mark: { at: now + ahead, followed: followed + ahead }, jumped: false }
    : { mark: { at: now, followed }, jumped: true };
}

/** Whether an operator means the time that the wall clock shows. */
export const confirms = (acceptedAt: number, wall: number): boolean =>
  Math.abs(wall - acceptedAt) <= LONGEST_JUMP;
