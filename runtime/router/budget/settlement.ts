import type { DecidedCall, DecisionRecorder, TokenUsage } from '../../service/decision-recorder.ts';
import type { Budget, Reservation } from './budget.ts';

/** How a call ended. */
export interface CallEnd {
  /** What the provider reports; undefined where it does not. */
  readonly usage?: TokenUsage | undefined;
  readonly outcome: string;
  /** Whether the usage is that of all of it. @default true */
  readonly isWhole?: boolean;
}

const NOTHING: TokenUsage = { input: 0, output: 0 };

/**
 * Settles one call, by the first end that it is told: charged with what was used, and with what was
 * reserved where nobody knows.
 */
export class Settlement {
  readonly #budget: Budget;
  readonly #recorder: DecisionRecorder;
  readonly #call: DecidedCall;
  readonly #reservation: Reservation;
  #isSettled = false;

  constructor(options: {
    readonly budget: Budget;
    readonly recorder: DecisionRecorder;
    readonly call: DecidedCall;
    readonly reservation: Reservation;
  }) {
    this.#budget = options.budget;
    this.#recorder = options.recorder;
    this.#call = options.call;
    this.#reservation = options.reservation;
  }

  /** A call that was not made. */
  cancel(): void {
    this.#isSettled = true;
    this.#budget.settle(this.#reservation, 0);
  }

  /** A call that the provider has not worked on. */
  free(outcome: string): Promise<void> {
    return this.end({ usage: NOTHING, outcome });
  }

  /** A call that nobody waits for any more. What cannot be recorded then denies the next one. */
  abandon(outcome: string): void {
    this.end({ outcome }).catch(() => undefined);
  }

  /** Any other end. */
  async end({ usage, outcome, isWhole = true }: CallEnd): Promise<void> {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (usage !== undefined) {
      const used = usage.input + usage.output;
      this.#budget.settle(
        this.#reservation,
        isWhole ? used : Math.max(used, this.#reservation.tokens),
      );
    }
    await this.#recorder.settled(this.#call, usage ?? NOTHING, outcome);
  }
}
