import { homedir } from 'node:os';
import { join } from 'node:path';

/** Directory of everything that is built or downloaded once. */
export const cacheRoot = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kars-constructs');
