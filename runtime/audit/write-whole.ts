import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * Writes a whole text at the end of a file, and waits for it: a thread that does it takes more CPU than the write,
 * which is one into the memory of the kernel.
 *
 * @throws Error when it cannot be written; a part of it may be there.
 */
export function writeWhole({ fd }: FileHandle, text: string): void {
  let left: Uint8Array = Buffer.from(text);
  while (left.length > 0) left = left.subarray(fs.writeSync(fd, left));
}
