/** Where a credential comes from; each provider has one source, and no weaker one beside it. */
export interface CredentialSource {
  /**
   * The credential as it is now.
   *
   * @throws CredentialFault when there is none.
   */
  credential(): Promise<string>;
}

/** Why there is no credential: nobody has made one. */
export type CredentialFaultCode = 'KARS_CREDENTIAL_MISSING';

/** There is no credential. The message says nothing that is one, or that leads to one. */
export class CredentialFault extends Error {
  readonly code: CredentialFaultCode;

  constructor(code: CredentialFaultCode, message: string) {
    super(message);
    this.name = 'CredentialFault';
    this.code = code;
  }
}
