import { limits } from '../limits.ts';

/** How much all streams hold back at once: the memory of the router is bounded. */
export class HeldBytes {
  readonly #most: number;
  #bytes = 0;

  constructor(most: number = limits.unjudgedBytes) {
    this.#most = most;
  }

  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#most) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}
