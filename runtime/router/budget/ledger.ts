import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StateFault } from '../../state/state-fault.ts';
import type { Window } from './windows.ts';

/** Version of the tables; a file of a later release has a higher one. */
const VERSION = 1;

/** How long windows that have ended are kept: a clock that is set back by less finds what it had charged. */
const KEPT_MILLISECONDS = 92 * 86_400_000;

/**
 * What was charged in each window, in a file. A charge is in the hands of the kernel before the call goes
 * on, so it outlasts the process however that ends.
 */
export class Ledger {
  /**
   * Opens a file, or makes one.
   *
   * @throws StateFault when it is damaged, or of a later release; it is left as it is.
   */
  static open(file: string): Ledger {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(file);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      const { user_version: version } = row(database.prepare('PRAGMA user_version'));
      if (Number(version) > VERSION) throw new Error(`it has version ${String(version)}`);
      const { quick_check: health } = row(database.prepare('PRAGMA quick_check(1)'));
      if (health !== 'ok') throw new Error(String(health));
      database.exec(
        `CREATE TABLE IF NOT EXISTS charged (id TEXT PRIMARY KEY, ends TEXT NOT NULL, tokens INTEGER NOT NULL) STRICT;
         PRAGMA user_version = ${VERSION}`,
      );
      return new Ledger(database);
    } catch (error) {
      database?.close();
      const why = error instanceof Error ? error.message : String(error);
      const text = `${file} cannot be read (${why}), so nothing can be charged; restore it from a snapshot, or move it away to count from nothing`;
      throw new StateFault('KARS_BUDGET_BROKEN', text);
    }
  }

  readonly #database: DatabaseSync;
  readonly #charged: StatementSync;
  readonly #charge: StatementSync;
  readonly #forget: StatementSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#charged = database.prepare('SELECT tokens FROM charged WHERE id = ?');
    this.#charge = database.prepare(
      `INSERT INTO charged (id, ends, tokens) VALUES (?, ?, max(?3, 0))
       ON CONFLICT (id) DO UPDATE SET tokens = min(max(tokens + ?3, 0), ${Number.MAX_SAFE_INTEGER})`,
    );
    this.#forget = database.prepare('DELETE FROM charged WHERE ends < ?');
  }

  /** Tokens that a window has been charged. */
  charged({ id }: Window): number {
    return Number(this.#charged.get(id)?.['tokens'] ?? 0);
  }

  /** Charges every window, all or none; a negative number gives back. */
  charge(windows: readonly Window[], tokens: number): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { id, ends } of windows) this.#charge.run(id, ends, tokens);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Forgets the windows that ended long ago. */
  forgetBefore(now: Date): void {
    this.#forget.run(new Date(now.getTime() - KEPT_MILLISECONDS).toISOString());
  }

  close(): void {
    this.#database.close();
  }
}

function row(statement: StatementSync): Record<string, unknown> {
  const found = statement.get();
  if (found === undefined) throw new Error('it answers nothing');
  return found;
}
