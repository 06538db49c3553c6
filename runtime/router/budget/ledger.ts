import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StateFault } from '../../state/state-fault.ts';
import type { Window } from './windows.ts';

/** Version of the tables; a file of a later release has a higher one. */
const VERSION = 1;

/** A write of its own for each end of a call would double what a call costs here. */
const SOON_MILLISECONDS = 100;

/** More windows than are in use at once. */
const MOST_KNOWN = 16;

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
  readonly #forget: StatementSync;
  /** Charges so many windows at once. */
  readonly #charges = new Map<number, StatementSync>();
  /** What the file has of the windows that are in use: nothing else writes it. */
  readonly #known = new Map<string, number>();
  /** Given back, and not yet in the file. */
  #back: { readonly windows: readonly Window[]; readonly tokens: number } | undefined;
  #soon: NodeJS.Timeout | undefined;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#charged = database.prepare('SELECT tokens FROM charged WHERE id = ?');
    this.#forget = database.prepare('DELETE FROM charged WHERE ends < ?');
  }

  /** Tokens that a window has been charged. */
  charged({ id }: Window): number {
    const charged = this.#known.get(id) ?? Number(this.#charged.get(id)?.['tokens'] ?? 0);
    const back = this.#back?.windows.some((window) => window.id === id) === true;
    return back ? Math.max(0, charged - (this.#back?.tokens ?? 0)) : charged;
  }

  /** Charges every window, all or none, since it is one statement. */
  charge(windows: readonly Window[], tokens: number): void {
    if (this.#back?.windows !== windows) this.#writeBack();
    this.#add(windows, tokens - (this.#back?.tokens ?? 0));
    this.#back = undefined;
  }

  /** Gives back, and writes that with the next charge or a little later: a crash before leaves it charged. */
  giveBack(windows: readonly Window[], tokens: number): void {
    if (this.#back?.windows !== windows) this.#writeBack();
    this.#back = { windows, tokens: tokens + (this.#back?.tokens ?? 0) };
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      try {
        this.#writeBack();
      } catch {
        // It is tried again with the next charge, which is denied when that fails as well.
      }
    }, SOON_MILLISECONDS).unref();
  }

  #writeBack(): void {
    if (this.#back === undefined) return;
    this.#add(this.#back.windows, -this.#back.tokens);
    this.#back = undefined;
  }

  #add(windows: readonly Window[], tokens: number): void {
    const values = windows.flatMap(({ id, ends }) => [id, ends]);
    const rows = this.#chargeOf(windows.length).all(tokens, ...values);
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    for (const { id, tokens: charged } of rows) this.#known.set(String(id), Number(charged));
  }

  #chargeOf(windows: number): StatementSync {
    const known = this.#charges.get(windows);
    if (known !== undefined) return known;
    const values = Array.from(
      { length: windows },
      (_, index) => `(?${index * 2 + 2}, ?${index * 2 + 3}, max(?1, 0))`,
    ).join(', ');
    const statement = this.#database.prepare(
      `INSERT INTO charged (id, ends, tokens) VALUES ${values}
       ON CONFLICT (id) DO UPDATE SET tokens = min(max(tokens + ?1, 0), ${Number.MAX_SAFE_INTEGER})
       RETURNING id, tokens`,
    );
    this.#charges.set(windows, statement);
    return statement;
  }

  /** Forgets the windows that ended long ago. */
  forgetBefore(now: Date): void {
    this.#forget.run(new Date(now.getTime() - KEPT_MILLISECONDS).toISOString());
  }

  close(): void {
    clearTimeout(this.#soon);
    try {
      this.#writeBack();
    } finally {
      this.#database.close();
    }
  }
}

function row(statement: StatementSync): Record<string, unknown> {
  const found = statement.get();
  if (found === undefined) throw new Error('it answers nothing');
  return found;
}
