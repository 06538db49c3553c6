import { readFile } from 'node:fs/promises';
import {
  CredentialFault,
  UNASKED,
  type CredentialSource,
  type CredentialState,
} from './credential-source.ts';

/** How long, in milliseconds, what was read counts, so that calls at once share one look at the file. */
const FRESH = 1000;

/** A key in a mounted file. A Secret that changes is seen a second after its file at the latest. */
export class StaticKey implements CredentialSource {
  readonly #file: string;
  readonly #now: () => number;
  #state = UNASKED;
  #read: { readonly at: number; readonly text: Promise<string> } | undefined;

  constructor(file: string, now: () => number = () => performance.now()) {
    this.#file = file;
    this.#now = now;
  }

  async credential(): Promise<string> {
    const now = this.#now();
    if (this.#read === undefined || now - this.#read.at >= FRESH) {
      // A file that is not there yet holds nothing, as one that is empty.
      const text = readFile(this.#file, 'utf8').then(
        (content) => content.trim(),
        () => '',
      );
      this.#read = { at: now, text };
    }
    const key = await this.#read.text;
    if (key === '') {
      const fault = new CredentialFault('KARS_CREDENTIAL_MISSING', 'its file holds none');
      this.#state = { error: String(fault) };
      throw fault;
    }
    this.#state = UNASKED;
    return key;
  }

  state(): CredentialState {
    return this.#state;
  }
}
