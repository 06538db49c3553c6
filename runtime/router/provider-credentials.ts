import { join } from 'node:path';
import {
  azureClouds,
  azureTokenPlace,
  type AzureTokenPlace,
  type IdentityStatus,
  type ManagedIdentity,
  type WorkloadIdentity,
} from 'kars-constructs/contract';
import type { Dispatcher } from 'undici';
import { CredentialFault, UNASKED, type CredentialSource } from '../identity/credential-source.ts';
import { managedToken, METADATA_HOST } from '../identity/managed-identity.ts';
import { RefreshingToken, type FetchedToken } from '../identity/refreshing-token.ts';
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
  /** Connects to token endpoints; to those of the process arguments, and of the node, as they are. */
  readonly dispatcher: (isUnchecked: boolean) => Dispatcher;
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

  /** How it went for each provider; nobody is asked for it. */
  status(providers: readonly Provider[]): IdentityStatus[] {
    return providers.map((provider) => {
      const { name, credential: source } = provider;
      const state = this.#sources.get(keyOf(provider))?.state();
      return { provider: name, source, ...(source === 'none' ? UNASKED : (state ?? UNASKED)) };
    });
  }

  #source(provider: Provider): CredentialSource {
    const key = keyOf(provider);
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    const source =
      provider.credential === 'bearer'
        ? new StaticKey(join(this.#options.credentials, provider.name))
        : this.#identity(provider);
    this.#sources.set(key, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MOST && oldest !== undefined) this.#sources.delete(oldest);
    return source;
  }

  #identity({ workloadIdentity, managedIdentity, endpoint }: Provider): CredentialSource {
    const place = azureTokenPlace(endpoint);
    if (place !== undefined && workloadIdentity !== undefined) {
      return new RefreshingToken(() => this.#exchanged(workloadIdentity, place));
    }
    if (place !== undefined && managedIdentity !== undefined) {
      return new RefreshingToken(() => this.#ofNode(managedIdentity, place));
    }
    const message = 'its endpoint is none that a token is sent to';
    throw new CredentialFault('KARS_CREDENTIAL_MISSING', message);
  }

  #exchanged(
    { tenantId, clientId }: WorkloadIdentity,
    { cloud, scope }: AzureTokenPlace,
  ): Promise<FetchedToken> {
    const { identity, tokenEndpoints, dispatcher } = this.#options;
    const { authority } = azureClouds[cloud];
    const override = tokenEndpoints.get(authority);
    return exchangeToken({
      endpoint: override ?? `https://${authority}/${tenantId}/oauth2/v2.0/token`,
      clientId,
      scope,
      assertionFile: join(identity, cloud),
      dispatcher: dispatcher(override !== undefined),
    });
  }

  /** The service is on the node itself, so no proxy and no check of addresses is between. */
  #ofNode({ clientId }: ManagedIdentity, { scope }: AzureTokenPlace): Promise<FetchedToken> {
    const { tokenEndpoints, dispatcher } = this.#options;
    return managedToken({
      endpoint: tokenEndpoints.get(METADATA_HOST) ?? `http://${METADATA_HOST}`,
      clientId,
      resource: scope.replace(/\/\.default$/, ''),
      dispatcher: dispatcher(true),
    });
  }
}

/** A token is for an identity and a scope; a key for a provider. */
const keyOf = ({ name, workloadIdentity, managedIdentity, endpoint }: Provider): string =>
  workloadIdentity === undefined && managedIdentity === undefined
    ? name
    : JSON.stringify([workloadIdentity, managedIdentity, azureTokenPlace(endpoint)]);
