import { readFile } from 'node:fs/promises';
import { request, type Dispatcher } from 'undici';
import { CredentialFault } from './credential-source.ts';
import type { FetchedToken } from './refreshing-token.ts';
import { readTokenAnswer } from './token-answer.ts';

/** An exchange of a service-account token for one of a provider. */
export interface TokenExchange {
  readonly endpoint: string;
  readonly clientId: string;
  readonly scope: string;
  /** File with the service-account token, which the kubelet writes anew. */
  readonly assertionFile: string;
  readonly dispatcher: Dispatcher;
}

/** For the whole exchange. */
const MILLISECONDS = 10_000;

const LARGEST_ANSWER = 256 * 1024;

/**
 * Gets a token with the service-account token as client assertion. Redirects are not followed, and neither token
 * is in a fault.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.2
 * @throws CredentialFault
 */
export async function exchangeToken({
  endpoint,
  clientId,
  scope,
  assertionFile,
  dispatcher,
}: TokenExchange): Promise<FetchedToken> {
  const assertion = await readFile(assertionFile, 'utf8').catch(() => '');
  if (assertion.trim() === '') {
    const message = 'the router has no service-account token to exchange';
    throw new CredentialFault('KARS_CREDENTIAL_MISSING', message);
  }
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion.trim(),
  });
  const { status, headers, text } = await ask(endpoint, form, dispatcher);
  return readTokenAnswer({ status, headers }, text);
}

async function ask(endpoint: string, form: URLSearchParams, dispatcher: Dispatcher) {
  try {
    const { statusCode, headers, body } = await request(endpoint, {
      method: 'POST',
      dispatcher,
      signal: AbortSignal.timeout(MILLISECONDS),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
    });
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of body as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > LARGEST_ANSWER) throw new Error('too large');
      parts.push(part);
    }
    return { status: statusCode, headers, text: Buffer.concat(parts).toString('utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    const message = `the token endpoint cannot be reached, or broke off (${code})`;
    throw new CredentialFault('KARS_CREDENTIAL_UNAVAILABLE', message);
  }
}
