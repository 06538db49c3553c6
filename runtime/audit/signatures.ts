import { isAnchored, type AuditCode, type AuditRecord } from 'kars-constructs/contract';

/** Checks the signatures of a log, record by record. */
export class Signatures {
  /** The last record that a signature vouches for. */
  signedThrough: number | undefined;
  /** Records that a later process has signed. */
  signedLate = 0;
  readonly #trusted: ReadonlySet<string> | undefined;
  readonly #keys = new Set<string>();
  #unsigned = 0;

  /** @param trusted keys that may sign. @default any, by its own word */
  constructor(trusted?: readonly string[]) {
    this.#trusted = trusted && new Set(trusted);
  }

  /** Whether what nothing vouches for is not believed. */
  get isRequired(): boolean {
    return this.#trusted !== undefined;
  }

  /** The keys that have signed, in their order. */
  get keys(): readonly string[] {
    return [...this.#keys];
  }

  /** Takes the next record, or says what is wrong with its signature. */
  take(record: AuditRecord): { readonly code: AuditCode; readonly message: string } | undefined {
    const { anchor, seq } = record;
    if (anchor === undefined) {
      this.#unsigned += 1;
      return undefined;
    }
    const { key, at } = anchor;
    if (!isAnchored(record, anchor)) {
      return { code: 'KARS_AUDIT_SIGNATURE', message: `the signature is not by the key ${key}` };
    }
    if (this.#trusted?.has(key) === false) {
      const allowed = [...this.#trusted].join(', ');
      return {
        code: 'KARS_AUDIT_KEY',
        message: `got a signature by ${key}, trusted are ${allowed}`,
      };
    }
    if (at === 'start') this.signedLate += this.#unsigned;
    this.#unsigned = 0;
    this.signedThrough = seq;
    this.#keys.add(key);
    return undefined;
  }
}
