import type { CircuitStatus } from 'kars-constructs/contract';

/** Failures in a row after which a target is left alone. */
const FAILURES = 3;

/** How long, in milliseconds; twice as long each time that a probe fails too. */
const FIRST_PAUSE = 30_000;

/** The longest pause, whatever a provider asks for. */
const LONGEST_PAUSE = 300_000;

/** What came of a call. */
type End =
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly retryAfter: number | undefined };

/** One call on its way to a target. The first end that it is told counts; it has to have one. */
export class Entry {
  readonly #settle: (entry: Entry, end: End) => void;
  #hasEnded = false;

  constructor(settle: (entry: Entry, end: End) => void) {
    this.#settle = settle;
  }

  succeeded(): void {
    this.#end({ kind: 'succeeded' });
  }

  /** @param retryAfter milliseconds after which the provider wants to be asked again, where it says so */
  failed(retryAfter?: number): void {
    this.#end({ kind: 'failed', retryAfter });
  }

  /** The call was not made, or nobody waited for what the provider would have said. */
  abandoned(): void {
    this.#end({ kind: 'abandoned' });
  }

  #end(end: End): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#settle(this, end);
  }
}

/**
 * Whether a target is worth a call. After failures in a row, or where the provider says when to come again,
 * there is a pause; then one call is a probe, and others wait for what it finds.
 */
export class Circuit {
  readonly #now: () => number;
  #failures = 0;
  /** Pauses since the last success. */
  #pauses = 0;
  /** All pauses: a call that began before the last one says nothing about what came after it. */
  #era = 0;
  #pausedUntil: number | undefined;
  #probe: Entry | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Lets a call go to the target, or does not. */
  enter(): Entry | undefined {
    if (this.#pausedUntil === undefined) return this.force();
    if (this.#probe !== undefined || this.#now() < this.#pausedUntil) return undefined;
    this.#probe = this.force();
    return this.#probe;
  }

  /** Lets a call go to the target in any case. In a pause it is no probe, and its failure does not count. */
  force(): Entry {
    const era = this.#era;
    return new Entry((entry, end) => this.#settle(entry, end, era));
  }

  /** Whether there is a pause; in one that is over, the next call is a probe, or one is under way. */
  get state(): CircuitStatus['state'] {
    if (this.#pausedUntil === undefined) return 'closed';
    return this.pause > 0 ? 'open' : 'half-open';
  }

  /** Milliseconds that are left of the pause. */
  get pause(): number {
    return this.#pausedUntil === undefined ? 0 : Math.max(0, this.#pausedUntil - this.#now());
  }

  #settle(entry: Entry, end: End, era: number): void {
    const isProbe = this.#probe === entry;
    if (isProbe) this.#probe = undefined;
    if (end.kind === 'abandoned') return;
    if (end.kind === 'failed' && this.#pausedUntil !== undefined && !isProbe) {
      this.#lengthen(this.#pausedUntil, end.retryAfter);
      return;
    }
    if (era !== this.#era) return;
    if (end.kind === 'failed') this.#count(end.retryAfter, isProbe);
    else this.#close();
  }

  #close(): void {
    this.#failures = 0;
    this.#pauses = 0;
    this.#pausedUntil = undefined;
    this.#probe = undefined;
  }

  #count(retryAfter: number | undefined, isProbe: boolean): void {
    this.#failures += 1;
    if (!isProbe && retryAfter === undefined && this.#failures < FAILURES) return;
    const pause = Math.max(retryAfter ?? 0, this.#pauseWithoutHint(retryAfter));
    this.#pauses += 1;
    this.#era += 1;
    this.#pausedUntil = this.#now() + Math.min(pause, LONGEST_PAUSE);
  }

  /** What the provider asks for holds, whichever call it says so to. */
  #lengthen(until: number, retryAfter = 0): void {
    this.#pausedUntil = Math.max(until, this.#now() + Math.min(retryAfter, LONGEST_PAUSE));
  }

  #pauseWithoutHint(retryAfter: number | undefined): number {
    const isKnown = retryAfter !== undefined && this.#failures < FAILURES;
    return isKnown ? 0 : FIRST_PAUSE * 2 ** Math.min(this.#pauses, 10);
  }
}

/** A model at a provider, by one of its APIs. */
export interface CircuitTarget {
  readonly provider: { readonly name: string; readonly endpoint: string };
  readonly deployment: string;
  readonly exchange: { readonly path: string };
}

/** A target, and its circuit. */
export interface WatchedTarget {
  readonly target: CircuitTarget;
  readonly circuit: Circuit;
}

/** More than a policy has targets; the oldest go. */
const MOST = 1024;

/** The circuit of each target. */
export class Circuits {
  readonly #now: (() => number) | undefined;
  readonly #watched = new Map<string, WatchedTarget>();

  constructor(now?: () => number) {
    this.#now = now;
  }

  of(target: CircuitTarget): Circuit {
    const { provider, deployment, exchange } = target;
    // Providers of one endpoint may have other keys, and so other limits. An API that a target does not serve
    // must not close it for the others: the client chooses the API.
    const key = JSON.stringify([provider.name, provider.endpoint, deployment, exchange.path]);
    const known = this.#watched.get(key);
    if (known !== undefined) return known.circuit;
    const circuit = new Circuit(this.#now);
    // No more of the target is kept: the exchange has the request of a client.
    const { name, endpoint } = provider;
    const { path } = exchange;
    const kept = { provider: { name, endpoint }, deployment, exchange: { path } };
    this.#watched.set(key, { target: kept, circuit });
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > MOST && oldest !== undefined) this.#watched.delete(oldest);
    return circuit;
  }

  /** The targets that were called, those of earlier policies too. */
  watched(): Iterable<WatchedTarget> {
    return this.#watched.values();
  }
}
