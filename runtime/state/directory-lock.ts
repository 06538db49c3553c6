import { DatabaseSync } from 'node:sqlite';
import { StateFault } from './state-fault.ts';

/** `SQLITE_BUSY`. */
const BUSY = 5;

/**
 * The lock of a directory. The kernel holds it for this process, so it ends with the process however
 * that happens, which a file that merely exists would not. SQLite takes it, since Node.js has no call
 * for file locks; the database stays empty.
 *
 * @see https://sqlite.org/lockingv3.html
 */
export class DirectoryLock {
  /**
   * Takes the lock on `file`, which is made when it is not there. Nothing else in this process may
   * open the file: closing it there would end the lock.
   *
   * @throws StateFault when another process holds it.
   */
  static take(file: string): DirectoryLock {
    const database = new DatabaseSync(file);
    try {
      // In memory: a journal on disk could be left behind, and needs space.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
      throw new StateFault(
        'KARS_STATE_LOCKED',
        `another process holds ${file}; this one goes on as soon as that one has ended`,
      );
    }
    return new DirectoryLock(database);
  }

  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Gives the lock back. */
  release(): void {
    this.#database.close();
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === BUSY;
