import { join } from 'node:path';
import type { CredentialSource } from '../identity/credential-source.ts';
import { StaticKey } from '../identity/static-key.ts';
import type { Provider } from './surfaces/surface.ts';

/** More than a policy has providers; those of earlier policies go. */
const MOST = 32;

/** The one source that the credential of each provider comes from. */
export class ProviderCredentials {
  readonly #directory: string;
  readonly #sources = new Map<string, CredentialSource>();

  /** @param directory with one file a provider */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Undefined for a provider that gets none. */
  of({ name, credential }: Provider): CredentialSource | undefined {
    if (credential === 'none') return undefined;
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const source = new StaticKey(join(this.#directory, name));
    this.#sources.set(name, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MOST && oldest !== undefined) this.#sources.delete(oldest);
    return source;
  }
}
