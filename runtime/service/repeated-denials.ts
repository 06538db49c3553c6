import { deny, type Deny } from 'kars-constructs/contract';

/** A denial; two of a kind have all of it in common. */
export interface Denied {
  readonly set: string | undefined;
  readonly surface: string;
  readonly target: string;
  readonly decision: Deny;
}

/** Denials that were counted and not recorded one by one. */
export interface Repeats {
  readonly denied: Denied;
  readonly count: number;
  /** RFC 3339, when the first of them was. */
  readonly since: string;
}

interface Counted {
  denied: Denied;
  count: number;
  since: string;
}

/** Kinds of denials that are told apart in a window; further ones share a record with their code. */
const MOST_KINDS = 1000;

/** Target of the denials that share a record. */
export const OTHER_TARGETS = 'other targets';

/**
 * Tells the first denial of its kind in a window from its repeats, so that an agent which asks again and
 * again fills neither the audit log nor the container log. No repeat is lost: each is in the count of one
 * record.
 */
export class RepeatedDenials {
  readonly #most: number;
  readonly #counted = new Map<string, Counted>();

  /** @param most kinds of denials that are told apart in a window */
  constructor(most: number = MOST_KINDS) {
    this.#most = most;
  }

  /** Whether this denial gets a record of its own; otherwise it is counted. */
  isFirst(denied: Denied): boolean {
    const same = this.#counted.get(keyOf(denied));
    if (same !== undefined) {
      count(same);
      return false;
    }
    if (this.#counted.size < this.#most) {
      this.#counted.set(keyOf(denied), { denied, count: 0, since: '' });
      return true;
    }
    const others = {
      ...denied,
      target: OTHER_TARGETS,
      decision: deny(denied.decision.code, 'various', `more than ${this.#most} kinds of denials`),
    };
    const key = keyOf(others);
    const shared = this.#counted.get(key);
    if (shared === undefined) {
      this.#counted.set(key, { denied: others, count: 0, since: '' });
      return true;
    }
    count(shared);
    return false;
  }

  /** Takes a denial back that got no record, so that the next one of its kind gets it. */
  forget(denied: Denied): void {
    const same = this.#counted.get(keyOf(denied));
    if (same?.count === 0) this.#counted.delete(keyOf(denied));
  }

  /** Ends the window: what was counted in it. */
  take(): Repeats[] {
    const repeats = [...this.#counted.values()].filter(({ count }) => count > 0);
    this.#counted.clear();
    return repeats;
  }

  /** Counts again what could not be recorded. */
  giveBack({ denied, count, since }: Repeats): void {
    const same = this.#counted.get(keyOf(denied));
    this.#counted.set(keyOf(denied), { denied, count: count + (same?.count ?? 0), since });
  }
}

function count(counted: Counted): void {
  if (counted.count === 0) counted.since = new Date().toISOString();
  counted.count += 1;
}

const keyOf = ({ set = '', surface, target, decision: { code, rule, reason } }: Denied): string =>
  JSON.stringify([set, surface, code, rule, target, reason]);
