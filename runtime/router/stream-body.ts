import type { Readable } from 'node:stream';

/** Behind the last event nothing is left to say but that the answer has ended. */
const REST = { bytes: 4096, milliseconds: 1000 } as const;

/**
 * The body of a stream, read up to its last event. When nothing but its end comes behind that, its connection serves
 * the next call.
 */
export class StreamBody {
  readonly #body: Readable;

  constructor(body: Readable) {
    this.#body = body;
    // Who reads it is told; when nobody reads any more, an error must not end the process.
    body.on('error', () => undefined);
  }

  /** What is read. */
  parts(): AsyncIterable<Uint8Array> {
    return this.#body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  }

  /** Reads the end, of which there is little. */
  finish(): void {
    const body = this.#body;
    let rest = 0;
    const late = setTimeout(() => body.destroy(), REST.milliseconds);
    body.once('close', () => clearTimeout(late));
    body.on('data', ({ length }: Uint8Array) => {
      rest += length;
      if (rest > REST.bytes) body.destroy();
    });
  }

  /** Has the provider stop. */
  break(): void {
    this.#body.destroy();
  }
}
