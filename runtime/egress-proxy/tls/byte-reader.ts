/** Bytes are not what their format says. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

/** Reads numbers and vectors with a length in front, as TLS writes them, and nothing behind the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Whether everything is read. */
  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** An unsigned number of 1 to 3 bytes, the most significant first. */
  uint(size: 1 | 2 | 3): number {
    return this.take(size).readUIntBE(0, size);
  }

  /** The next bytes. */
  take(size: number): Buffer {
    const end = this.#at + size;
    if (end > this.#bytes.length) throw new MalformedBytes('a field is longer than what holds it');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** Everything that is not read yet. */
  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }

  /** A vector behind its length. @see RFC 8446 section 3.4 */
  vector(lengthSize: 1 | 2): ByteReader {
    return new ByteReader(this.take(this.uint(lengthSize)));
  }
}
