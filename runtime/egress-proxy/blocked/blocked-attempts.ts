import type { Deny } from 'kars-constructs/contract';
import { suggestedChange } from '../../egress-policy/suggested-change.ts';
import type { Log } from '../../service/log.ts';

/** What an attempt was for. */
export interface BlockedTarget {
  readonly host: string;
  /** Undefined for a name that was only looked up. */
  readonly port?: number;
}

interface Attempts {
  readonly target: BlockedTarget;
  surface: string;
  code: string;
  /** Not written yet. */
  count: number;
}

/** Targets that are told apart; of more, those that were met last. */
const MOST_TARGETS = 512;

const WRITE_MILLISECONDS = 60_000;

/** Port of a name that was only looked up: most are looked up for it. */
const USUAL_PORT = 443;

/** Denials that a change of the list can lift. */
const LIFTED: ReadonlySet<string> = new Set([
  'KARS_EGRESS_NOT_ALLOWED',
  'KARS_EGRESS_REQUEST_NOT_ALLOWED',
  'KARS_EGRESS_PROTOCOL_MISMATCH',
]);

/**
 * Collects what was denied, and writes for each target what would let it through: at once when it is
 * new, later once a minute with the number of attempts. An agent can neither fill the memory nor, with one
 * target, the log.
 */
export class BlockedAttempts {
  readonly #log: Log;
  readonly #most: number;
  /** In the order in which they were last met. */
  readonly #attempts = new Map<string, Attempts>();
  readonly #timer: NodeJS.Timeout;

  constructor(log: Log, { most = MOST_TARGETS, writeMilliseconds = WRITE_MILLISECONDS } = {}) {
    this.#log = log;
    this.#most = most;
    this.#timer = setInterval(() => {
      this.flush();
    }, writeMilliseconds);
    this.#timer.unref();
  }

  /** Takes an attempt that was denied; one that no change of the list would let through is left out. */
  note(surface: string, target: BlockedTarget, { code }: Deny): void {
    if (!LIFTED.has(code)) return;
    const key = `${target.port ?? ''} ${target.host}`;
    const known = this.#attempts.get(key);
    this.#attempts.delete(key);
    if (known === undefined) {
      this.#makeRoom();
      this.#write({ target, surface, code, count: 1 });
      this.#attempts.set(key, { target, surface, code, count: 0 });
    } else {
      this.#attempts.set(key, { target, surface, code, count: known.count + 1 });
    }
  }

  /** Writes every count that is not written yet. */
  flush(): void {
    for (const attempts of this.#attempts.values()) {
      this.#write(attempts);
      attempts.count = 0;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #makeRoom(): void {
    if (this.#attempts.size < this.#most) return;
    for (const [key, oldest] of this.#attempts) {
      this.#write(oldest);
      this.#attempts.delete(key);
      return;
    }
  }

  #write({ target: { host, port }, surface, code, count }: Attempts): void {
    if (count === 0) return;
    const change = suggestedChange(host, port ?? USUAL_PORT);
    this.#log.info('egress-blocked', { host, port: port ?? null, surface, code, count, ...change });
  }
}
