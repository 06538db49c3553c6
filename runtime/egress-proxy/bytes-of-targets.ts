import {
  deny,
  formatAuthority,
  formatEntry,
  type Authority,
  type BytesOfTarget,
  type Deny,
} from 'kars-constructs/contract';
import { decideEgress, type EgressPolicy } from '../egress-policy/decide.ts';
import { LimitReached } from './limit-reached.ts';
import type { Meter } from './metered-socket.ts';

/** Entries that are told apart at once; further ones share what one entry may carry. */
const MOST_ENTRIES = 16_384;

const OTHERS = 'further entries';

interface Window {
  readonly ends: number;
  bytes: number;
  /** Says until when, once as many bytes as may be have been carried. */
  used?: Deny;
}

/** A window that goes on in another process. */
export interface StoredWindow {
  readonly entry: string;
  readonly bytes: number;
  /** Whether it may carry nothing more. */
  readonly isUsed: boolean;
  /** Until it ends. */
  readonly milliseconds: number;
}

/** What an entry may carry. */
export interface CountedEntry {
  /** Why it may carry nothing until its window ends; undefined when it may. */
  readonly refusal: Deny | undefined;
  readonly meter: Meter;
}

/** Counts what each entry carries in a window of time, which begins with its first byte. */
export class BytesOfTargets {
  readonly #bound: BytesOfTarget;
  readonly #now: () => number;
  readonly #most: number;
  readonly #windows = new Map<string, Window>();
  /** When the next window ends, as far as the last look through all of them says. */
  #nextEnd = Number.NEGATIVE_INFINITY;
  #changes = 0;

  /** @param now milliseconds of a clock that never jumps */
  constructor(bound: BytesOfTarget, now = () => performance.now(), most = MOST_ENTRIES) {
    this.#bound = bound;
    this.#now = now;
    this.#most = most;
  }

  /** What a connection to a target is counted for: the entry that has it, all names and ports of that together. */
  of(target: Authority, policy: EgressPolicy | undefined): CountedEntry {
    const decision = decideEgress(target, policy);
    const entry = decision.allow ? decision.entries[0] : undefined;
    const name = entry === undefined ? formatAuthority(target) : formatEntry(entry);
    return {
      refusal: this.#windowOf(name).used,
      meter: (bytes) => {
        const denial = this.#take(name, bytes);
        return denial && new LimitReached(denial);
      },
    };
  }

  /** Goes on with windows of a process before this one, unless it knows more of them itself. */
  resume(windows: readonly StoredWindow[]): void {
    const now = this.#now();
    for (const { entry, bytes, isUsed, milliseconds } of windows) {
      const left = Math.min(milliseconds, this.#bound.seconds * 1000);
      if (left <= 0 || (entry !== OTHERS && this.#windows.size >= this.#most)) continue;
      const known = this.#windows.get(entry);
      if (known !== undefined && known.bytes >= bytes) continue;
      const window: Window = { ends: now + left, bytes };
      if (isUsed) window.used = this.#usedUp(entry, window);
      this.#windows.set(entry, window);
    }
  }

  /** How often anything has changed so far. */
  get changes(): number {
    return this.#changes;
  }

  /** What another process would go on with. */
  stored(): StoredWindow[] {
    const now = this.#now();
    return [...this.#windows].flatMap(([entry, { ends, bytes, used }]) =>
      ends <= now ? [] : [{ entry, bytes, isUsed: used !== undefined, milliseconds: ends - now }],
    );
  }

  /** Counts bytes that an entry is about to carry, or says why it may not. */
  #take(entry: string, bytes: number): Deny | undefined {
    const window = this.#windowOf(entry);
    if (window.used !== undefined) return window.used;
    this.#changes += 1;
    const all = window.bytes + bytes;
    if (all <= this.#bound.bytes) {
      window.bytes = all;
      return undefined;
    }
    window.used = this.#usedUp(entry, window);
    return window.used;
  }

  #usedUp(entry: string, { ends }: Window): Deny {
    const { bytes: most, seconds } = this.#bound;
    const until = new Date(Date.now() + ends - this.#now()).toISOString();
    const reason = `${entry} may carry ${most} bytes in ${seconds} seconds, and nothing more until ${until}`;
    return deny('KARS_EGRESS_BYTES_EXCEEDED', 'egress proxy', reason);
  }

  #windowOf(entry: string): Window {
    const now = this.#now();
    const known = this.#windows.get(entry);
    if (known !== undefined && now < known.ends) return known;
    this.#windows.delete(entry);
    if (entry !== OTHERS && !this.#hasRoom(now)) return this.#windowOf(OTHERS);
    const window = { ends: now + this.#bound.seconds * 1000, bytes: 0 };
    this.#windows.set(entry, window);
    return window;
  }

  /** Looks through all windows only when one of them may have ended. */
  #hasRoom(now: number): boolean {
    if (this.#windows.size < this.#most) return true;
    if (now < this.#nextEnd) return false;
    for (const [entry, { ends }] of this.#windows) {
      if (ends <= now) this.#windows.delete(entry);
    }
    this.#nextEnd = Math.min(...[...this.#windows.values()].map(({ ends }) => ends));
    return this.#windows.size < this.#most;
  }
}
