import type { IncomingHttpHeaders } from 'node:http';
import { deny, type Deny } from 'kars-constructs/contract';
import type { Limits } from './limits.ts';

/** How much may be under way at once. */
export type SlotBounds = Pick<Limits, 'concurrentCalls' | 'requestBytes' | 'requestBytesAtOnce'>;

const RULE = 'inference router';

/**
 * Counts calls that are under way, and the bytes of their bodies. The memory of the router is bounded, and an agent
 * that has it ended takes the calls of all its programs with it.
 */
export class CallSlots {
  readonly #bounds: SlotBounds;
  #calls = 0;
  #bytes = 0;

  constructor(bounds: SlotBounds) {
    this.#bounds = bounds;
  }

  /** Takes a slot for a call with this body, or says why there is none. */
  take(bytes: number): Deny | undefined {
    const { concurrentCalls, requestBytesAtOnce } = this.#bounds;
    if (this.#calls >= concurrentCalls) {
      return deny('KARS_OVERLOADED', RULE, `${concurrentCalls} calls are under way`);
    }
    if (bytes > 0 && this.#bytes + bytes > requestBytesAtOnce) {
      const reason = `the bodies of all calls under way would be over ${requestBytesAtOnce} bytes`;
      return deny('KARS_OVERLOADED', RULE, reason);
    }
    this.#calls += 1;
    this.#bytes += bytes;
    return undefined;
  }

  /** Gives a slot back. */
  give(bytes: number): void {
    this.#calls -= 1;
    this.#bytes -= bytes;
  }

  /** Bytes of the body that a request announces: the most there may be when it says nothing. */
  announced(headers: IncomingHttpHeaders): number {
    const { requestBytes } = this.#bounds;
    const length = headers['content-length'];
    if (length === undefined) return headers['transfer-encoding'] === undefined ? 0 : requestBytes;
    return Math.min(Number(length), requestBytes);
  }
}
