import { watch, type FSWatcher } from 'node:fs';
import type { Log } from '../service/log.ts';

/** Calls whenever a directory changes, and every so often for file systems that send no event. */
export class DirectoryWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #watcher: FSWatcher | undefined;

  constructor(directory: string, look: () => void, log: Log, pollMilliseconds = 5000) {
    try {
      // The kubelet swaps the link `..data` in the directory, which is one event there.
      this.#watcher = watch(directory, look);
      this.#watcher.on('error', (error) => log.warn('watch-failed', { error: String(error) }));
    } catch (error) {
      log.warn('watch-failed', { error: String(error) });
    }
    this.#timer = setInterval(look, pollMilliseconds);
    this.#timer.unref();
  }

  close(): void {
    this.#watcher?.close();
    clearInterval(this.#timer);
  }
}
