import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const VERSION = 'HTTP/1.1 ';
const HEAD_END = '\r\n\r\n';
const HEAD_END_BYTES = Buffer.from(HEAD_END);

/**
 * Watches the bytes of a connection that carries one exchange of HTTP after the other. It closes the
 * connection as soon as the host says something that nobody has asked for: that would be taken for the
 * answer to the next request.
 *
 * @see RFC 9112 section 9.3
 */
export class ExchangeWatch {
  readonly #socket: Socket;
  #isAsked = false;
  #before = 0;
  /** Bytes of the first head; undefined before its first bytes have come. */
  #head: number | undefined;
  #newest: Buffer | undefined;

  /** Of a connection that has carried nothing yet. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#isAsked) this.#see(chunk);
      else socket.destroy();
    });
    socket.on('end', () => {
      if (!this.#isAsked) socket.destroy();
    });
  }

  /** A request is about to be sent. */
  ask(): void {
    this.#isAsked = true;
    this.#before = this.#socket.bytesRead;
    this.#head = undefined;
    this.#newest = undefined;
  }

  /** Whether the host has not said a byte since it was asked. */
  get isSilent(): boolean {
    return this.#socket.bytesRead === this.#before;
  }

  /**
   * Ends the exchange: whether all bytes that have come were those of its answer, so that the next request
   * may follow. What cannot be told for certain is no.
   */
  end(method: string, answer: IncomingMessage): boolean {
    const isWhole = this.#isWhole(method, answer);
    this.#isAsked = false;
    this.#newest = undefined;
    return isWhole;
  }

  #see(chunk: Buffer): void {
    if (this.#head === undefined) {
      const end =
        chunk.toString('latin1', 0, VERSION.length) === VERSION ? chunk.indexOf(HEAD_END) : -1;
      // A head that comes in parts, or behind an informational one, is not looked for.
      this.#head = end === -1 ? Number.NaN : end + HEAD_END.length;
    }
    this.#newest = chunk;
  }

  #isWhole(method: string, { headers, statusCode = 0 }: IncomingMessage): boolean {
    const { 'content-length': length, 'transfer-encoding': coding } = headers;
    if (this.#head === undefined || this.#newest === undefined || statusCode < 200) return false;
    if (coding !== undefined) {
      // A next head that is whole would have been a second answer, which the parser refuses.
      const endsThere = this.#newest.subarray(-HEAD_END.length).equals(HEAD_END_BYTES);
      return coding === 'chunked' && length === undefined && method !== 'HEAD' && endsThere;
    }
    const hasNoBody = method === 'HEAD' || statusCode === 204 || statusCode === 304;
    const body = hasNoBody ? 0 : Number(length ?? Number.NaN);
    return this.#socket.bytesRead - this.#before === this.#head + body;
  }
}
