/** Where a credential comes from; each provider has one source, and no weaker one beside it. */
export interface CredentialSource {
  /**
   * The credential as it is now.
   *
   * @throws CredentialFault when there is none.
   */
  credential(): Promise<string>;
  /** How that went, for whoever looks from outside. */
  state(): CredentialState;
}

/** What is known of a credential that is none, and leads to none. */
export interface CredentialState {
  /** RFC 3339, UTC: the end of the token that is held; undefined for what has none. */
  readonly expires?: string;
  /** Why the last attempt got none, with its code; `''` where it got one, or there was none. */
  readonly error: string;
}

/** A source that nobody has asked. */
export const UNASKED: CredentialState = { error: '' };

/** Why there is no credential: nobody has made one, or it cannot be got at the moment. */
export type CredentialFaultCode = 'KARS_CREDENTIAL_MISSING' | 'KARS_CREDENTIAL_UNAVAILABLE';

/** There is no credential. The message says nothing that is one, or that leads to one. */
export class CredentialFault extends Error {
  readonly code: CredentialFaultCode;
  /** Milliseconds after which whoever gives it wants to be asked again, where they say so. */
  readonly retryAfter: number | undefined;

  constructor(code: CredentialFaultCode, message: string, retryAfter?: number) {
    super(message);
    this.name = 'CredentialFault';
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Code and message on one line. */
  override toString(): string {
    return `[${this.code}] ${this.message}`;
  }
}
