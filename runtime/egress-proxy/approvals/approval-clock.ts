import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Log } from '../../service/log.ts';
import { advance, confirms, type ClockMark } from './clock-mark.ts';

const FILE = 'clock.json';

const stored = z.strictObject({ version: z.literal(1), at: z.iso.datetime() });

/** The two clocks of a machine, in milliseconds. */
export interface Clocks {
  /** Since 1970; anybody who administers the node can set it. */
  readonly wall: () => number;
  /** Since some instant; it never jumps. */
  readonly monotonic: () => number;
}

const systemClocks: Clocks = { wall: () => Date.now(), monotonic: () => performance.now() };

/** What time it is for approvals; `jumped` when that cannot be said. */
export interface ApprovalTime {
  readonly at: number;
  readonly jumped: boolean;
}

/**
 * A clock that neither an earlier wall clock nor a restart sets back: it goes on from the latest time
 * that the state directory knows of.
 */
export class ApprovalClock {
  readonly #clocks: Clocks;
  #mark: ClockMark | undefined;
  #readAt = 0;
  #path: string | undefined;

  constructor(clocks = systemClocks) {
    this.#clocks = clocks;
  }

  /** Goes on from the time in the state directory; from the wall clock where there is none yet. */
  readonly read = async (directory: string, log: Log): Promise<void> => {
    this.#path = join(directory, FILE);
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    const at = text === undefined ? this.#clocks.wall() : timeIn(text);
    if (at === undefined) log.error('approval-clock-unreadable', { file: this.#path });
    this.#readAt = this.#clocks.monotonic();
    // A time from before the directory got lost for a while is as good.
    this.#mark =
      at === undefined ? undefined : { at: Math.max(at, this.#mark?.at ?? 0), followed: 0 };
  };

  /** The time now, with what an operator last said of it. */
  now(acceptedAt?: number): ApprovalTime {
    const wall = this.#clocks.wall();
    const monotonic = this.#clocks.monotonic();
    const passed = monotonic - this.#readAt;
    this.#readAt = monotonic;
    const { mark, jumped } =
      this.#mark === undefined
        ? { mark: undefined, jumped: true }
        : advance(this.#mark, passed, wall);
    const isConfirmed =
      jumped && this.#path !== undefined && acceptedAt !== undefined && confirms(acceptedAt, wall);
    this.#mark = isConfirmed ? { at: Math.max(wall, mark?.at ?? 0), followed: 0 } : mark;
    return { at: this.#mark?.at ?? wall, jumped: jumped && !isConfirmed };
  }

  /**
   * Keeps the time in the state directory; nothing before that has been read.
   *
   * @throws Error when it cannot be written.
   */
  async save(): Promise<void> {
    if (this.#path === undefined || this.#mark === undefined) return;
    const text = JSON.stringify({ version: 1, at: new Date(this.#mark.at).toISOString() });
    await writeFile(`${this.#path}.new`, text, { mode: 0o600, flush: true });
    await rename(`${this.#path}.new`, this.#path);
  }
}

function timeIn(text: string): number | undefined {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    return parsed.success ? Date.parse(parsed.data.at) : undefined;
  } catch {
    return undefined;
  }
}
