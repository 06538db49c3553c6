import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CredentialFault } from '../../../runtime/identity/credential-source.ts';
import { exchangeToken } from '../../../runtime/identity/workload-identity.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { answering, errorBody, startEntra, tokenBody, type TokenBehaviour } from './entra.ts';

const ASSERTION = 'header.assertion-of-the-pod.signature';
const TOKEN = 'header.token-of-the-provider.signature';

/** An exchange at an endpoint that behaves so, with this service-account token. */
async function exchangeAt(behaviour: TokenBehaviour, assertion = ASSERTION) {
  const entra = await startEntra(behaviour);
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const assertionFile = join(temporaryDirectory(), 'public');
  writeFileSync(assertionFile, `${assertion}\n`);
  const exchange = () =>
    exchangeToken({
      endpoint: entra.endpoint,
      clientId: '11111111-2222-3333-4444-555555555555',
      scope: 'https://cognitiveservices.azure.com/.default',
      assertionFile,
      dispatcher,
    });
  return { exchange, assertionFile, requests: entra.requests };
}

/** The fault of an exchange that gives no token. */
async function faultAt(behaviour: TokenBehaviour): Promise<CredentialFault> {
  const { exchange } = await exchangeAt(behaviour);
  const fault: unknown = await exchange().catch((error: unknown) => error);
  if (!(fault instanceof CredentialFault)) throw new Error('it gave a token');
  return fault;
}

describe('an exchange gives no token', () => {
  it('without a service-account token, and asks nobody', async () => {
    const { exchange, requests } = await exchangeAt(answering(200, tokenBody(TOKEN)), '');
    await expect(exchange()).rejects.toMatchObject({ code: 'KARS_CREDENTIAL_MISSING' });
    expect(requests).toEqual([]);
  });

  it.each([
    [
      400,
      'invalid_request',
      70021,
      'No matching federated identity record found for presented assertion subject.',
    ],
    [
      401,
      'invalid_client',
      700213,
      "No matching federated identity record found for subject 'system:serviceaccount:kars-reader:sandbox'.",
    ],
    [
      400,
      'unauthorized_client',
      700016,
      'Application with identifier was not found in the directory.',
    ],
    [400, 'invalid_request', 90002, "Tenant 'x' not found."],
    [400, 'invalid_scope', 70011, 'The provided value for scope is not valid.'],
    [503, 'temporarily_unavailable', 90033, 'A transient error has occurred. Please try again.'],
  ])('from an answer with status %i and %s', async (status, error, code, words) => {
    const fault = await faultAt(answering(status, errorBody(error, code, `${words} ${ASSERTION}`)));
    expect(fault.code).toBe('KARS_CREDENTIAL_UNAVAILABLE');
    expect(fault.message).toBe(
      `the token endpoint answered with status ${status} (${error}, AADSTS${code})`,
    );
  });

  it.each<[string, TokenBehaviour]>([
    ['without JSON', answering(200, '<html>')],
    ['with another error than one has', answering(400, { error: `x ${ASSERTION}` })],
    ['of another type', answering(200, { ...tokenBody(TOKEN), token_type: 'mac' })],
    ['without a time', answering(200, { access_token: TOKEN, token_type: 'Bearer' })],
    ['for no time', answering(200, { ...tokenBody(TOKEN), expires_in: 0 })],
    ['for ever', answering(200, { ...tokenBody(TOKEN), expires_in: 1e12 })],
    ['with a token that is two lines', answering(200, tokenBody(`${TOKEN}\r\nx-other: 1`))],
    ['with a redirect', answering(307, '', { location: 'http://127.0.0.1:1/' })],
    ['that is too large', answering(200, tokenBody('a'.repeat(300_000)))],
    ['that breaks off', (_request, response) => void response.destroy()],
  ])('from an answer %s, and says nothing of either token', async (_what, behaviour) => {
    const fault = await faultAt(behaviour);
    expect(fault.code).toBe('KARS_CREDENTIAL_UNAVAILABLE');
    const said = JSON.stringify([fault.message, fault.stack, String(fault.cause)]);
    expect(said).not.toContain('assertion-of-the-pod');
    expect(said).not.toContain('token-of-the-provider');
  });

  it('and says when to ask again', async () => {
    const body = errorBody('temporarily_unavailable', 90033, 'Later.');
    const fault = await faultAt(answering(429, body, { 'retry-after': '17' }));
    expect(fault.retryAfter).toBe(17_000);
  });
});

describe('an exchange', () => {
  it('sends the service-account token as client assertion, and gives a token with its times', async () => {
    const { exchange, requests } = await exchangeAt(answering(200, tokenBody(TOKEN)));
    expect(await exchange()).toEqual({ token: TOKEN, expiresIn: 86_399, refreshIn: 43_199 });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/tenant/oauth2/v2.0/token',
        form: {
          grant_type: 'client_credentials',
          client_id: '11111111-2222-3333-4444-555555555555',
          scope: 'https://cognitiveservices.azure.com/.default',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: ASSERTION,
        },
      },
    ]);
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it('takes the service-account token as it is then, which the kubelet writes anew', async () => {
    const { exchange, assertionFile, requests } = await exchangeAt(
      answering(200, tokenBody(TOKEN)),
    );
    await exchange();
    writeFileSync(assertionFile, 'next');
    await exchange();
    expect(requests.map(({ form }) => form['client_assertion'])).toEqual([ASSERTION, 'next']);
  });
});
