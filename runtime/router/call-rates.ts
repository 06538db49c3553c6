import { deny, type CallLimits, type Deny } from 'kars-constructs/contract';

/** A call that has to wait. */
export interface Waiting {
  readonly denial: Deny;
  /** Seconds until another attempt may pass. */
  readonly retryAfter: number;
}

/** Limits, and the field that they stand in. */
export interface LimitsInForce {
  readonly limits: CallLimits | undefined;
  readonly rule: string;
}

const MINUTE = 60_000;

/** Counts calls that are under way, and those that began in the last minute. */
export class CallRates {
  readonly #now: () => number;
  /** When calls began, the oldest first; those in front of `#oldest` are more than a minute ago. */
  #began: number[] = [];
  #oldest = 0;
  #open = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes a place for a call, to be given back at its end, or says how long to wait for one. */
  take({ limits = {}, rule }: LimitsInForce): (() => void) | Waiting {
    const { requestsPerMinute: rate, concurrentRequests: most } = limits;
    if (most !== undefined && this.#open >= most) {
      return waiting(rule, `${most} requests are under way, as many as the policy allows`, 1);
    }
    const now = this.#now();
    this.#forgetBefore(now - MINUTE);
    const first = this.#began.length - (rate ?? Infinity);
    const oldest = first < this.#oldest ? undefined : this.#began[first];
    if (oldest !== undefined) {
      const seconds = Math.ceil((oldest + MINUTE - now) / 1000);
      return waiting(rule, `${rate ?? 0} requests began in the last minute`, seconds);
    }
    this.#began.push(now);
    this.#open += 1;
    return () => {
      this.#open -= 1;
    };
  }

  /** Moves on over what is too old; the list itself is cut seldom, since that copies what is left of it. */
  #forgetBefore(limit: number): void {
    while ((this.#began[this.#oldest] ?? Infinity) <= limit) this.#oldest += 1;
    if (this.#oldest < MOST_FORGOTTEN || this.#oldest * 2 < this.#began.length) return;
    this.#began = this.#began.slice(this.#oldest);
    this.#oldest = 0;
  }
}

/** Times that are kept although they do not count any more. */
const MOST_FORGOTTEN = 1024;

const waiting = (rule: string, reason: string, retryAfter: number): Waiting => ({
  denial: deny('KARS_RATE_LIMITED', rule, reason),
  retryAfter,
});
