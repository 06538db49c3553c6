import {
  CredentialFault,
  type CredentialSource,
  type CredentialState,
} from './credential-source.ts';

/** A token as whoever gives it says. */
export interface FetchedToken {
  readonly token: string;
  /** Seconds that it counts. */
  readonly expiresIn: number;
  /** Seconds after which it should be got anew, where that is said. */
  readonly refreshIn?: number | undefined;
}

interface Held {
  readonly token: string;
  readonly refreshAt: number;
  readonly usableUntil: number;
  /** RFC 3339, UTC. */
  readonly expires: string;
}

interface Failed {
  readonly fault: unknown;
  readonly retryAt: number;
}

/** Share of its time after which a token is got anew. */
const REFRESHED_AT = 0.75;

/** A token is not sent in its last minute, or half of its time where that is less: it has a way to go. */
const MARGIN = 60_000;

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** However long somebody asks to be left alone. */
const LONGEST_HINT = 300_000;

/**
 * A token that is got anew before it ends. Calls at once share one exchange; while the token counts they do not
 * wait for it; after one that failed there is a pause, twice as long each time.
 */
export class RefreshingToken implements CredentialSource {
  readonly #fetch: () => Promise<FetchedToken>;
  readonly #now: () => number;
  #held: Held | undefined;
  #pending: Promise<string> | undefined;
  #failed: Failed | undefined;
  #failures = 0;

  constructor(fetch: () => Promise<FetchedToken>, now: () => number = () => performance.now()) {
    this.#fetch = fetch;
    this.#now = now;
  }

  async credential(): Promise<string> {
    const held = this.#held;
    const now = this.#now();
    if (held === undefined || now >= held.usableUntil) return this.#refreshed();
    // Whoever needs it later meets the fault, if it is still there.
    if (now >= held.refreshAt) this.#refreshed().catch(() => undefined);
    return held.token;
  }

  state(): CredentialState {
    const [held, failed] = [this.#held, this.#failed];
    const error = failed === undefined ? '' : textOf(failed.fault);
    return held === undefined || this.#now() >= held.usableUntil
      ? { error }
      : { expires: held.expires, error };
  }

  async #refreshed(): Promise<string> {
    if (this.#pending !== undefined) return this.#pending;
    if (this.#failed !== undefined && this.#now() < this.#failed.retryAt) throw this.#failed.fault;
    this.#pending = this.#exchange().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #exchange(): Promise<string> {
    try {
      const fetched = await this.#fetch();
      this.#held = held(fetched, this.#now());
      this.#failures = 0;
      this.#failed = undefined;
      return fetched.token;
    } catch (fault) {
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures, 10));
      const hint = fault instanceof CredentialFault ? (fault.retryAfter ?? 0) : 0;
      this.#failures += 1;
      const retryAt = this.#now() + Math.max(pause, Math.min(hint, LONGEST_HINT));
      this.#failed = { fault, retryAt };
      throw fault;
    }
  }
}

/** Of a fault of the program nobody knows what it says. */
const textOf = (fault: unknown): string =>
  fault instanceof CredentialFault ? String(fault) : '[KARS_INTERNAL] the exchange failed';

function held({ token, expiresIn, refreshIn }: FetchedToken, now: number): Held {
  const life = expiresIn * 1000;
  const usable = life - Math.min(MARGIN, life / 2);
  const refresh = Math.min(
    usable,
    refreshIn === undefined ? life * REFRESHED_AT : refreshIn * 1000,
  );
  const expires = new Date(Date.now() + life).toISOString();
  return { token, refreshAt: now + refresh, usableUntil: now + usable, expires };
}
