import type { Deny } from 'kars-constructs/contract';
import type { Log } from '../../service/log.ts';
import { Attempts, type AttemptedTarget } from './attempts.ts';

/** Denials that a change of the list can lift. */
const LIFTED: ReadonlySet<string> = new Set([
  'KARS_EGRESS_NOT_ALLOWED',
  'KARS_EGRESS_REQUEST_NOT_ALLOWED',
  'KARS_EGRESS_PROTOCOL_MISMATCH',
]);

/** Collects what was denied, as far as a change of the list would let it through. */
export class BlockedAttempts {
  readonly #attempts: Attempts;

  constructor(log: Log, options: ConstructorParameters<typeof Attempts>[2] = {}) {
    this.#attempts = new Attempts('egress-blocked', log, options);
  }

  /** Takes an attempt that was denied; one that no change of the list would let through is left out. */
  note(surface: string, target: AttemptedTarget, { code }: Deny): void {
    if (LIFTED.has(code)) this.#attempts.note(surface, target, code);
  }

  /** Writes every count that is not written yet. */
  flush(): void {
    this.#attempts.flush();
  }

  close(): void {
    this.#attempts.close();
  }
}
