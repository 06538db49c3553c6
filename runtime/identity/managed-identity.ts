import type { Dispatcher } from 'undici';
import { askForToken } from './ask-for-token.ts';
import type { FetchedToken } from './refreshing-token.ts';

/** Host of the metadata service, which gives every process of a node that reaches it the identities of the node. */
export const METADATA_HOST = '169.254.169.254';

/** A request for a token of an identity of the node. */
export interface ManagedIdentityCall {
  readonly endpoint: string;
  readonly clientId: string;
  /** What the token is for, such as `https://cognitiveservices.azure.com`. */
  readonly resource: string;
  readonly dispatcher: Dispatcher;
}

/**
 * Gets a token of an identity of the node.
 *
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 * @throws CredentialFault
 */
export function managedToken({
  endpoint,
  clientId,
  resource,
  dispatcher,
}: ManagedIdentityCall): Promise<FetchedToken> {
  const query = new URLSearchParams({
    'api-version': '2018-02-01',
    resource,
    client_id: clientId,
  });
  const url = `${endpoint}/metadata/identity/oauth2/token?${query.toString()}`;
  return askForToken({ url, method: 'GET', headers: { metadata: 'true' }, dispatcher });
}
