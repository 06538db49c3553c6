import type { AttemptRecord } from 'kars-constructs/contract';
import { suggestedChange } from '../../egress-policy/suggested-change.ts';
import type { Log } from '../../service/log.ts';

/** What an attempt was for. */
export interface AttemptedTarget {
  readonly host: string;
  /** Undefined for a name that was only looked up. */
  readonly port?: number;
}

interface Counted {
  readonly target: AttemptedTarget;
  readonly surface: string;
  readonly code: string;
  /** Not written yet. */
  count: number;
}

/** Targets that are told apart; of more, those that were met last. */
const MOST_TARGETS = 512;

const WRITE_MILLISECONDS = 60_000;

/** Port of a name that was only looked up: most are looked up for it. */
const USUAL_PORT = 443;

/**
 * Collects attempts, and writes for each target what would let it through: at once when it is new, later
 * once a minute with the number of attempts. An agent can neither fill the memory nor, with one target,
 * the log.
 */
export class Attempts {
  readonly #event: AttemptRecord['event'];
  readonly #log: Log;
  readonly #most: number;
  /** In the order in which they were last met. */
  readonly #counted = new Map<string, Counted>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    event: AttemptRecord['event'],
    log: Log,
    { most = MOST_TARGETS, writeMilliseconds = WRITE_MILLISECONDS } = {},
  ) {
    this.#event = event;
    this.#log = log;
    this.#most = most;
    this.#timer = setInterval(() => {
      this.flush();
    }, writeMilliseconds);
    this.#timer.unref();
  }

  /** Takes an attempt; `code` says why it was denied. */
  note(surface: string, target: AttemptedTarget, code = ''): void {
    const key = `${target.port ?? ''} ${target.host}`;
    const known = this.#counted.get(key);
    this.#counted.delete(key);
    if (known === undefined) {
      this.#makeRoom();
      this.#write({ target, surface, code, count: 1 });
      this.#counted.set(key, { target, surface, code, count: 0 });
    } else {
      this.#counted.set(key, { target, surface, code, count: known.count + 1 });
    }
  }

  /** Writes every count that is not written yet. */
  flush(): void {
    for (const attempts of this.#counted.values()) {
      this.#write(attempts);
      attempts.count = 0;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #makeRoom(): void {
    if (this.#counted.size < this.#most) return;
    for (const [key, oldest] of this.#counted) {
      this.#write(oldest);
      this.#counted.delete(key);
      return;
    }
  }

  #write({ target: { host, port }, surface, code, count }: Counted): void {
    if (count === 0) return;
    const change = suggestedChange(host, port ?? USUAL_PORT);
    this.#log.info(this.#event, { host, port: port ?? null, surface, code, count, ...change });
  }
}
