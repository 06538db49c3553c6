import { readFile } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { askForToken } from './ask-for-token.ts';
import { CredentialFault } from './credential-source.ts';
import type { FetchedToken } from './refreshing-token.ts';

/** An exchange of a service-account token for one of a provider. */
export interface TokenExchange {
  readonly endpoint: string;
  readonly clientId: string;
  readonly scope: string;
  /** File with the service-account token, which the kubelet writes anew. */
  readonly assertionFile: string;
  readonly dispatcher: Dispatcher;
}

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
  return askForToken({
    url: endpoint,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
    dispatcher,
  });
}
