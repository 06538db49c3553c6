import {
  chainAnchor,
  type AuditAnchor,
  type AuditRecord,
  type ChainedRecord,
  type SigningProvider,
} from 'kars-constructs/contract';

/** Records after which they are signed, however short the time. */
const MOST_UNSIGNED = 256;

/**
 * Signs a log: a record with a signature vouches for all before it, so that whoever changes one has to sign
 * as well.
 */
export class Anchors {
  readonly #signer: SigningProvider;
  #unsigned = 0;
  #isTime = false;

  constructor(signer: SigningProvider) {
    this.#signer = signer;
  }

  /** Whether what was written has to be signed now. */
  get isDue(): boolean {
    return this.#unsigned > 0 && (this.#isTime || this.#unsigned >= MOST_UNSIGNED);
  }

  /** Records were written. */
  count(records: number): void {
    this.#unsigned += records;
  }

  /** What was written has waited long enough. */
  timeIsUp(): void {
    this.#isTime = true;
  }

  /** The record that signs `last` and all before it. */
  sign(last: AuditRecord, at: AuditAnchor['at']): ChainedRecord {
    const { sandbox, process, seq } = last;
    this.#unsigned = 0;
    this.#isTime = false;
    const entry = {
      sandbox,
      process,
      time: new Date().toISOString(),
      set: 'none',
      surface: 'audit-anchor',
      target: `records up to ${seq}`,
      decision: 'allow' as const,
      code: '',
      rule: 'audit log',
      reason: 'signed',
    };
    return chainAnchor(last, entry, at, this.#signer);
  }
}
