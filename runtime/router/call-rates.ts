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
  #began: number[] = [];
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
    this.#began = this.#began.filter((began) => now - began < MINUTE);
    const oldest = rate === undefined ? undefined : this.#began.at(-rate);
    if (rate !== undefined && oldest !== undefined) {
      const seconds = Math.ceil((oldest + MINUTE - now) / 1000);
      return waiting(rule, `${rate} requests began in the last minute`, seconds);
    }
    this.#began.push(now);
    this.#open += 1;
    return () => {
      this.#open -= 1;
    };
  }
}

const waiting = (rule: string, reason: string, retryAfter: number): Waiting => ({
  denial: deny('KARS_RATE_LIMITED', rule, reason),
  retryAfter,
});
