import type { Writable } from 'node:stream';

/** As much as a stream of Node.js reads at once. */
const BYTES = 64 * 1024;

/** Below it a copy of its own is cheaper than a buffer that is lent, and holds less while it waits. */
const LENT_FROM = 8 * 1024;

/** Buffers that are kept for the next write, a mebibyte of them. */
const MOST_FREE = 16;

const free: Buffer[] = [];

/** Where every relayed connection reads: what is there is carried on, or copied, before the next one does. */
export const readBuffer = Buffer.allocUnsafeSlow(BYTES);

/**
 * Writes a copy of bytes, which may be overwritten then. A new buffer for each read would cost more than
 * to read it, and only a connection that waits for its reader needs one for longer.
 *
 * @returns whether more may be written at once
 */
export function writeCopy(bytes: Buffer, to: Writable): boolean {
  if (bytes.length < LENT_FROM) return to.write(Buffer.from(bytes));
  const copy = free.pop() ?? Buffer.allocUnsafeSlow(BYTES);
  bytes.copy(copy);
  return to.write(copy.subarray(0, bytes.length), () => {
    if (free.length < MOST_FREE) free.push(copy);
  });
}
