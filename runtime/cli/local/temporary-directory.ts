import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of this user alone. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it, unless it is to be kept. */
  readonly remove: () => void;
}

/** Makes a directory whose name starts with `prefix`, and which goes away with the process at the latest. */
export function makeTemporaryDirectory(prefix: string, { keep = false } = {}): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), prefix));
  if (keep) return { path, remove: () => undefined };
  const remove = (): void => {
    process.off('exit', remove);
    // A process that was just killed may still finish a write.
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  };
  process.once('exit', remove);
  return { path, remove };
}
