import { deny, type Deny } from 'kars-constructs/contract';
import type { Limits } from './limits.ts';

/** How many connections there may be at once. */
export type SlotBounds = Pick<Limits, 'calls' | 'callsOfTarget'>;

/**
 * Counts connections to hosts. Descriptors are what the documents are read with too, so an agent must not
 * be able to use them up; and one host must not use up those for all others.
 */
export class ConnectionSlots {
  readonly #bounds: SlotBounds;
  readonly #byPlace = new Map<string, number>();
  readonly #changed: (open: number) => void;
  #open = 0;

  /** `changed` is told how many are open. */
  constructor(bounds: SlotBounds, changed: (open: number) => void = () => undefined) {
    this.#bounds = bounds;
    this.#changed = changed;
  }

  /** Takes a slot for `host:port`, or says why there is none. */
  take(place: string): Deny | undefined {
    const there = this.#byPlace.get(place) ?? 0;
    if (there >= this.#bounds.callsOfTarget) return full(`${there} connections to ${place}`);
    if (this.#open >= this.#bounds.calls) return full(`${this.#open} connections to hosts`);
    this.#count(place, there + 1, 1);
    return undefined;
  }

  /** Gives a slot back. */
  give(place: string): void {
    this.#count(place, (this.#byPlace.get(place) ?? 1) - 1, -1);
  }

  #count(place: string, there: number, more: 1 | -1): void {
    if (there === 0) this.#byPlace.delete(place);
    else this.#byPlace.set(place, there);
    this.#open += more;
    this.#changed(this.#open);
  }
}

const full = (which: string): Deny => deny('KARS_OVERLOADED', 'egress proxy', `${which} are open`);
