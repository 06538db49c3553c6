import { Socket, type SocketConstructorOpts } from 'node:net';

/** Counts bytes that are about to be carried, or gives the error that the connection is broken with. */
export type Meter = (bytes: number) => Error | undefined;

interface Chunk {
  readonly chunk: Buffer | string;
  readonly encoding: BufferEncoding;
}

type Done = (error?: Error | null) => void;

/** A connection whose bytes are counted before they go on, in both directions. */
export class MeteredSocket extends Socket {
  readonly #meter: Meter;

  constructor(meter: Meter, options: SocketConstructorOpts) {
    super(options);
    this.#meter = meter;
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    const error = this.#meter(sizeOf({ chunk, encoding }));
    if (error === undefined) super._write(chunk, encoding, done);
    else done(error);
  }

  override _writev(chunks: Chunk[], done: Done): void {
    const error = this.#meter(chunks.reduce((sum, one) => sum + sizeOf(one), 0));
    if (error === undefined) super._writev?.(chunks, done);
    else done(error);
  }

  /** Takes what was read. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    const error = chunk === null ? undefined : this.#meter(chunk.length);
    if (error === undefined) return super.push(chunk, encoding);
    this.destroy(error);
    return false;
  }
}

const sizeOf = ({ chunk, encoding }: Chunk): number =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length;
