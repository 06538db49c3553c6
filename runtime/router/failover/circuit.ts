/** Failures in a row after which a target is left alone. */
const FAILURES = 3;

/** How long, in milliseconds; twice as long each time that a probe fails too. */
const FIRST_PAUSE = 30_000;

/** The longest pause, whatever a provider asks for. */
const LONGEST_PAUSE = 300_000;

/**
 * Whether a target is worth a call. After failures in a row, or where the provider says when to come again,
 * there is a pause; then one call is a probe, and others wait for what it finds.
 */
export class Circuit {
  readonly #now: () => number;
  #failures = 0;
  #pauses = 0;
  #pausedUntil: number | undefined;
  #isProbed = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether a call may go to the target; it then has to end in one of the three ways below. */
  enter(): boolean {
    if (this.#pausedUntil === undefined) return true;
    if (this.#isProbed || this.#now() < this.#pausedUntil) return false;
    this.#isProbed = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pauses = 0;
    this.#pausedUntil = undefined;
    this.#isProbed = false;
  }

  /** @param retryAfter milliseconds after which the provider wants to be asked again, where it says so */
  failed(retryAfter?: number): void {
    const wasPaused = this.#pausedUntil !== undefined;
    this.#failures += 1;
    this.#isProbed = false;
    if (!wasPaused && retryAfter === undefined && this.#failures < FAILURES) return;
    const pause = Math.max(retryAfter ?? 0, this.#pauseWithoutHint(retryAfter));
    this.#pauses += 1;
    this.#pausedUntil = this.#now() + Math.min(pause, LONGEST_PAUSE);
  }

  /** Whether there is a pause, or a probe that has not succeeded yet. */
  get isOpen(): boolean {
    return this.#pausedUntil !== undefined;
  }

  /** Nobody waited for what the provider would have said. */
  abandoned(): void {
    this.#isProbed = false;
  }

  #pauseWithoutHint(retryAfter: number | undefined): number {
    const isKnown = retryAfter !== undefined && this.#failures < FAILURES;
    return isKnown ? 0 : FIRST_PAUSE * 2 ** Math.min(this.#pauses, 10);
  }
}

/** A model at an endpoint. */
export interface CircuitTarget {
  readonly provider: { readonly name: string; readonly endpoint: string };
  readonly deployment: string;
}

/** A target, and its circuit. */
interface Watched {
  readonly target: CircuitTarget;
  readonly circuit: Circuit;
}

/** More than a policy has targets; the oldest go. */
const MOST = 1024;

/** The circuit of each target. */
export class Circuits {
  readonly #now: (() => number) | undefined;
  readonly #watched = new Map<string, Watched>();

  constructor(now?: () => number) {
    this.#now = now;
  }

  of(target: CircuitTarget): Circuit {
    // No URL has a line feed.
    const key = `${target.provider.endpoint}\n${target.deployment}`;
    const known = this.#watched.get(key);
    if (known !== undefined) return known.circuit;
    const circuit = new Circuit(this.#now);
    this.#watched.set(key, { target, circuit });
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > MOST && oldest !== undefined) this.#watched.delete(oldest);
    return circuit;
  }

  /** The targets that are left alone. */
  open(): CircuitTarget[] {
    return [...this.#watched.values()]
      .filter(({ circuit }) => circuit.isOpen)
      .map(({ target }) => target);
  }
}
