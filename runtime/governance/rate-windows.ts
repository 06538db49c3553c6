/** Calls that there may be in any stretch of time of one length. */
export interface RateBound {
  readonly calls: number;
  readonly seconds: number;
}

/** The last calls of one bound, as a ring: the oldest is overwritten, and has to be old enough for that. */
class Window {
  readonly #times: Float64Array;
  #next = 0;

  constructor({ calls }: RateBound) {
    this.#times = new Float64Array(calls).fill(-Infinity);
  }

  oldest(): number {
    return this.#times[this.#next] ?? -Infinity;
  }

  add(now: number): void {
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
  }
}

/** Counts calls by bound. What was counted outlasts the policy: one that comes again with the same bound goes on. */
export class RateWindows {
  readonly #windows = new Map<string, Window>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now() / 1000) {
    this.#now = now;
  }

  /** Seconds until the bound lets another call pass; 0 for now. */
  wait(key: string, bound: RateBound): number {
    return Math.max(0, this.#window(key, bound).oldest() + bound.seconds - this.#now());
  }

  /** Counts a call. */
  add(key: string, bound: RateBound): void {
    this.#window(key, bound).add(this.#now());
  }

  /** Forgets all bounds but these. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#windows.keys()) {
      if (!keys.has(key)) this.#windows.delete(key);
    }
  }

  #window(key: string, bound: RateBound): Window {
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const window = new Window(bound);
    this.#windows.set(key, window);
    return window;
  }
}
