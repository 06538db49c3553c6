import type { LookupFunction } from 'node:net';
import { deny, IDENTITY_DIR, type Deny, type IdentityStatus } from 'kars-constructs/contract';
import { Agent, buildConnector, request, type Dispatcher } from 'undici';
import { CredentialFault } from '../identity/credential-source.ts';
import { ParentProxyError, type ParentProxy } from '../service/parent-proxy.ts';
import { isUnsent } from './failover/unsent.ts';
import { limits } from './limits.ts';
import { connectorThrough } from './parent-connector.ts';
import type { Provider } from './surfaces/surface.ts';
import { ForbiddenAddress, ProviderAddresses } from './provider-addresses.ts';
import { ProviderCredentials } from './provider-credentials.ts';
import { providerHeaders } from './provider-headers.ts';

/** How the router reaches the providers. */
export interface UpstreamOptions {
  /** Directory with one credential file a provider. */
  readonly credentials: string;
  /** Directory with one service-account token a cloud. @default that of the pod */
  readonly identity?: string;
  /** Token endpoints instead of those of an authority, by its host; from the process arguments only. @default none */
  readonly tokenEndpoints?: ReadonlyMap<string, string>;
  /** Endpoints instead of those of the policy, by provider; from the process arguments only. */
  readonly endpoints: ReadonlyMap<string, string>;
  /**
   * How long the first byte of an answer may take.
   *
   * @default 120 seconds
   */
  readonly answerMilliseconds?: number;
  /**
   * How long a provider may be silent in the middle of an answer.
   *
   * @default 120 seconds
   */
  readonly idleMilliseconds?: number;
  /** @default by the DNS servers of the pod */
  readonly addresses?: ProviderAddresses;
  /** What calls go through. @default providers are dialled */
  readonly parent?: ParentProxy | undefined;
}

/** A request to a provider. */
export interface UpstreamRequest {
  readonly provider: Provider;
  /** Below its base URL. */
  readonly path: string;
  /** What it wants to know besides. @default nothing */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: unknown;
  /** How long the first byte of its answer may take, where that is less than it may otherwise. */
  readonly milliseconds?: number;
}

/** An answer of a provider, and the credential that must not leave with it. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
  readonly credential: string | undefined;
}

/** Why there is no answer. */
export interface UpstreamFault {
  readonly denial: Deny;
  /** Whether the provider may have got the request, and so may have worked on it. */
  readonly isSent: boolean;
}

const RULE = 'inference router';

/** What decides how a connection to a provider is made. */
type Reached = Pick<Provider, 'certificateAuthorities' | 'ranges'>;

/** Any place that is public. */
const PUBLIC: Reached = {};

/** More than a policy has providers; those of earlier policies go. */
const MOST_AGENTS = 32;

/** Calls model providers. Redirects are not followed, and nothing of the agent's headers goes along. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #addresses: ProviderAddresses;
  readonly #credentials: ProviderCredentials;
  /** For the endpoints of the policy, by the authorities that they are verified with, and their ranges. */
  readonly #checked = new Map<string, Agent>();
  /** Their keys, by the providers of the policy: certificates are long. */
  readonly #keys = new WeakMap<Reached, string>();
  /** For those of the process arguments, which may be on this machine. */
  readonly #unchecked: Agent;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#addresses = options.addresses ?? new ProviderAddresses();
    this.#credentials = new ProviderCredentials({
      credentials: options.credentials,
      identity: options.identity ?? IDENTITY_DIR,
      tokenEndpoints: options.tokenEndpoints ?? new Map(),
      dispatcher: (isUnchecked) => (isUnchecked ? this.#unchecked : this.#checkedBy(PUBLIC)),
    });
    this.#unchecked = this.#agent({});
  }

  /** Sends one request, or says why it could not be sent. */
  async send(
    { provider, path, headers = {}, body, milliseconds = Infinity }: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer | UpstreamFault> {
    const { name } = provider;
    const override = this.#options.endpoints.get(name);
    const endpoint = override ?? provider.endpoint;
    try {
      const credential = await this.#credentials.of(provider)?.credential();
      if (override === undefined)
        this.#addresses.require(new URL(endpoint).hostname, provider.ranges);
      const answer = await request(`${endpoint.replace(/\/$/, '')}${path}`, {
        method: 'POST',
        dispatcher: override === undefined ? this.#checkedBy(provider) : this.#unchecked,
        signal,
        headersTimeout: Math.max(1, Math.ceil(Math.min(milliseconds, this.#answerMilliseconds))),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
          ...providerHeaders(provider, credential),
        },
        body: JSON.stringify(body),
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body, credential };
    } catch (error) {
      return unreachable(name, error);
    }
  }

  /** How it went with the credential of each provider. */
  identities(providers: readonly Provider[]): IdentityStatus[] {
    return this.#credentials.status(providers);
  }

  get #answerMilliseconds(): number {
    return this.#options.answerMilliseconds ?? limits.answerMilliseconds;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const agents = [...this.#checked.values(), this.#unchecked];
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #checkedBy(provider: Reached): Agent {
    const { certificateAuthorities: ca, ranges } = provider;
    const key = this.#keys.get(provider) ?? JSON.stringify([ca, ranges]);
    this.#keys.set(provider, key);
    const known = this.#checked.get(key);
    if (known !== undefined) return known;
    const lookup = this.#addresses.lookupIn(ranges);
    // What is in ranges is of this site: the proxy that leads out of it has no part in that.
    const parent = ranges === undefined ? this.#options.parent : undefined;
    const agent = this.#agent(ca === undefined ? { lookup } : { lookup, ca }, parent);
    this.#checked.set(key, agent);
    const [oldest] = this.#checked.keys();
    if (this.#checked.size > MOST_AGENTS && oldest !== undefined) {
      // What it has under way comes to its end.
      void this.#checked.get(oldest)?.close();
      this.#checked.delete(oldest);
    }
    return agent;
  }

  #agent(
    how: { readonly lookup?: LookupFunction; readonly ca?: string },
    parent?: ParentProxy,
  ): Agent {
    const connect = buildConnector({ timeout: limits.connectMilliseconds, ...how });
    return new Agent({
      connections: limits.connections,
      headersTimeout: this.#answerMilliseconds,
      bodyTimeout: this.#options.idleMilliseconds ?? limits.idleMilliseconds,
      connect: parent === undefined ? connect : connectorThrough(parent, connect),
    });
  }
}

const unsent = (denial: Deny): UpstreamFault => ({ denial, isSent: false });

function unreachable(provider: string, error: unknown): UpstreamFault {
  if (error instanceof CredentialFault) {
    const reason = `there is no credential for the provider "${provider}": ${error.message}`;
    return unsent(deny(error.code, 'InferencePolicy providers', reason));
  }
  if (error instanceof ForbiddenAddress || error instanceof ParentProxyError)
    return unsent(deny(error.code, RULE, error.message));
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
  return { denial: denialOf(provider, code), isSent: !isUnsent(error) };
}

function denialOf(provider: string, code: string): Deny {
  return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT'
    ? deny('KARS_UPSTREAM_TIMEOUT', RULE, `the provider "${provider}" did not answer in time`)
    : deny(
        'KARS_UPSTREAM_UNREACHABLE',
        RULE,
        `the provider "${provider}" cannot be reached (${code})`,
      );
}
