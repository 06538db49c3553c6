/** Values by patterns: a text in full, or the beginning of some with `*` behind it. Asked once for each length of a beginning. */
export class PatternIndex<T> {
  readonly #exact = new Map<string, T[]>();
  readonly #beginnings = new Map<string, T[]>();
  readonly #lengths = new Set<number>();

  /** Adds a value for a pattern. */
  add(pattern: string, value: T): void {
    const isBeginning = pattern.endsWith('*');
    const text = isBeginning ? pattern.slice(0, -1) : pattern;
    const values = isBeginning ? this.#beginnings : this.#exact;
    const known = values.get(text);
    if (known === undefined) values.set(text, [value]);
    else known.push(value);
    if (isBeginning) this.#lengths.add(text.length);
  }

  /** Calls with each value whose pattern the text has. */
  visit(text: string, take: (value: T) => void): void {
    this.#exact.get(text)?.forEach(take);
    for (const length of this.#lengths) {
      if (length <= text.length) this.#beginnings.get(text.slice(0, length))?.forEach(take);
    }
  }
}
