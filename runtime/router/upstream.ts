import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deny, type Deny, type InferencePolicyPayload } from 'kars-constructs/contract';
import { Agent, request, type Dispatcher } from 'undici';
import { limits } from './limits.ts';

/** How the router reaches the providers. */
export interface UpstreamOptions {
  /** Directory with one credential file a provider. */
  readonly credentials: string;
  /** Endpoints instead of those of the policy, by provider; from the process arguments only. */
  readonly endpoints: ReadonlyMap<string, string>;
  /**
   * How long the first byte of an answer may take.
   *
   * @default 120 seconds
   */
  readonly answerMilliseconds?: number;
}

/** An answer of a provider, and the credential that must not leave with it. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
  readonly credential: string | undefined;
}

const RULE = 'inference router';

/** Calls model providers. Redirects are not followed, and nothing of the agent's headers goes along. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #agent: Agent;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connections: limits.connections,
      headersTimeout: options.answerMilliseconds ?? limits.answerMilliseconds,
      bodyTimeout: limits.idleMilliseconds,
      connect: { timeout: limits.connectMilliseconds },
    });
  }

  /** Sends one chat completion request, or says why it could not be sent. */
  async chat(
    provider: string,
    policy: InferencePolicyPayload,
    body: unknown,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer | Deny> {
    const entry = policy.providers.find(({ name }) => name === provider);
    const endpoint = this.#options.endpoints.get(provider) ?? entry?.endpoint;
    if (entry === undefined || endpoint === undefined) {
      const reason = `the policy has no provider "${provider}"`;
      return deny('KARS_POLICY_UNAVAILABLE', 'InferencePolicy providers', reason);
    }
    const credential = entry.credential === 'none' ? undefined : await this.#credential(provider);
    if (entry.credential !== 'none' && credential === undefined) {
      const reason = `there is no credential for the provider "${provider}"`;
      return deny('KARS_CREDENTIAL_MISSING', 'InferencePolicy providers', reason);
    }
    try {
      const answer = await request(`${endpoint.replace(/\/$/, '')}/chat/completions`, {
        method: 'POST',
        dispatcher: this.#agent,
        signal,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
        },
        body: JSON.stringify(body),
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body, credential };
    } catch (error) {
      return unreachable(provider, error);
    }
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #credential(provider: string): Promise<string | undefined> {
    try {
      const text = await readFile(join(this.#options.credentials, provider), 'utf8');
      return text.trim() === '' ? undefined : text.trim();
    } catch {
      return undefined;
    }
  }
}

function unreachable(provider: string, error: unknown): Deny {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
  return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT'
    ? deny('KARS_UPSTREAM_TIMEOUT', RULE, `the provider "${provider}" did not answer in time`)
    : deny(
        'KARS_UPSTREAM_UNREACHABLE',
        RULE,
        `the provider "${provider}" cannot be reached (${code})`,
      );
}
