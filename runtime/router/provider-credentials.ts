import { join } from 'node:path';
import { azureClouds, azureTokenPlace } from 'kars-constructs/contract';
import type { Dispatcher } from 'undici';
import { CredentialFault, type CredentialSource } from '../identity/credential-source.ts';
import { RefreshingToken } from '../identity/refreshing-token.ts';
import { StaticKey } from '../identity/static-key.ts';
import { exchangeToken } from '../identity/workload-identity.ts';
import type { Provider } from './surfaces/surface.ts';

/** More than a policy has providers; those of earlier policies go. */
const MOST = 32;

/** Where credentials come from. */
export interface ProviderCredentialsOptions {
  /** Directory with one file a provider. */
  readonly credentials: string;
  /** Directory with one service-account token a cloud. */
  readonly identity: string;
  /** Token endpoints instead of those of an authority, by its host; from the process arguments only. */
  readonly tokenEndpoints: ReadonlyMap<string, string>;
  /** Connects to token endpoints; to those of the process arguments as they are. */
  readonly dispatcher: (isOverridden: boolean) => Dispatcher;
}

/** The one source that the credential of each provider comes from. */
export class ProviderCredentials {
  readonly #options: ProviderCredentialsOptions;
  readonly #sources = new Map<string, CredentialSource>();
  /** What was found for a provider of a policy that is in force, so that no call looks for it. */
  readonly #found = new WeakMap<Provider, CredentialSource>();

  constructor(options: ProviderCredentialsOptions) {
    this.#options = options;
  }

  /** Undefined for a provider that gets none. */
  of(provider: Provider): CredentialSource | undefined {
    if (provider.credential === 'none') return undefined;
    const found = this.#found.get(provider) ?? this.#source(provider);
    this.#found.set(provider, found);
    return found;
  }

  #source(provider: Provider): CredentialSource {
    const key = keyOf(provider);
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    const source =
      provider.credential === 'workload-identity'
        ? this.#identity(provider)
        : new StaticKey(join(this.#options.credentials, provider.name));
    this.#sources.set(key, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MOST && oldest !== undefined) this.#sources.delete(oldest);
    return source;
  }

  #identity({ workloadIdentity, endpoint }: Provider): CredentialSource {
    const place = azureTokenPlace(endpoint);
    if (workloadIdentity === undefined || place === undefined) {
      const message = 'its endpoint is none that a token is sent to';
      throw new CredentialFault('KARS_CREDENTIAL_MISSING', message);
    }
    const { identity, tokenEndpoints, dispatcher } = this.#options;
    const { authority } = azureClouds[place.cloud];
    const { tenantId, clientId } = workloadIdentity;
    const override = tokenEndpoints.get(authority);
    return new RefreshingToken(() =>
      exchangeToken({
        endpoint: override ?? `https://${authority}/${tenantId}/oauth2/v2.0/token`,
        clientId,
        scope: place.scope,
        assertionFile: join(identity, place.cloud),
        dispatcher: dispatcher(override !== undefined),
      }),
    );
  }
}

/** A token is for an identity and a scope; a key for a provider. */
function keyOf({ name, workloadIdentity, endpoint }: Provider): string {
  if (workloadIdentity === undefined) return name;
  const { tenantId, clientId } = workloadIdentity;
  return JSON.stringify([tenantId, clientId, azureTokenPlace(endpoint)]);
}
