const SECOND = 1000;

/** Counts what comes in a second. */
export class RateWindow {
  readonly #most: number;
  readonly #now: () => number;
  #began = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(mostPerSecond: number, now: () => number = () => performance.now()) {
    this.#most = mostPerSecond;
    this.#now = now;
  }

  /** Whether one more is within the rate; `first over` once for each second that has more. */
  take(): 'within' | 'first over' | 'over' {
    if (this.#now() - this.#began >= SECOND) {
      this.#began = this.#now();
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count <= this.#most) return 'within';
    return this.#count === this.#most + 1 ? 'first over' : 'over';
  }
}
