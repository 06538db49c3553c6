import type { SocketConstructorOpts } from 'node:net';
import type { Writable } from 'node:stream';
import { MeteredSocket, type Meter } from './metered-socket.ts';
import { readBuffer, writeCopy } from './relay-buffers.ts';

/**
 * A connection whose bytes are piped on as they come, and read by nobody here: they pass by the stream,
 * which would take a new buffer for each read. What comes before there is a pipe waits, and no more is read.
 */
export class RelayedSocket extends MeteredSocket {
  readonly #meterRead: Meter;
  #early: Buffer | undefined;
  #to: Writable | undefined;

  constructor(meter: Meter = () => undefined, options: SocketConstructorOpts = {}) {
    const onread = {
      buffer: readBuffer,
      callback: (length: number): boolean => this.#carry(readBuffer.subarray(0, length)),
    };
    super(meter, { ...options, onread });
    this.#meterRead = meter;
  }

  /** Carries everything to one other connection, and ends it behind that. */
  override pipe<To extends NodeJS.WritableStream>(to: To & Writable): To {
    this.#to = to;
    to.on('drain', () => this.resume());
    this.once('end', () => to.end());
    const early = this.#early;
    this.#early = undefined;
    if (early === undefined || to.write(early)) this.resume();
    return to;
  }

  /** Whether more may be read. */
  #carry(bytes: Buffer): boolean {
    const error = this.#meterRead(bytes.length);
    if (error !== undefined) {
      this.destroy(error);
      return false;
    }
    if (this.#to !== undefined) return writeCopy(bytes, this.#to);
    this.#early = Buffer.from(bytes);
    return false;
  }
}
