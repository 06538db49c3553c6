import { text } from 'node:stream/consumers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { httpServer } from '../../support/servers.ts';

/** A request that the token endpoint got. */
export interface TokenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly form: Readonly<Record<string, string>>;
}

/** How the token endpoint answers. */
export type TokenBehaviour = (request: TokenRequest, response: ServerResponse) => void;

/** Answers with JSON. */
export const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): TokenBehaviour =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** A token as Entra gives it. */
export const tokenBody = (access_token: string): object => ({
  token_type: 'Bearer',
  expires_in: 86_399,
  ext_expires_in: 86_399,
  refresh_in: 43_199,
  access_token,
});

/** An error as Entra gives it; what it says in words may name whom it is about. */
export const errorBody = (error: string, code: number, words: string): object => ({
  error,
  error_description: `AADSTS${code}: ${words} Trace ID: 7b1d0a52-9c1f-4a51-a0a5-6f1a8e0f2200 Correlation ID: 1c7a4d0e-53f4-4b5a-a2f2-9c1d6f3f8a11 Timestamp: 2026-01-01 00:00:00Z`,
  error_codes: [code],
  timestamp: '2026-01-01 00:00:00Z',
  trace_id: '7b1d0a52-9c1f-4a51-a0a5-6f1a8e0f2200',
  correlation_id: '1c7a4d0e-53f4-4b5a-a2f2-9c1d6f3f8a11',
  error_uri: `https://login.microsoftonline.com/error?code=${code}`,
});

/** A token endpoint on loopback that behaves as it is told. */
export async function startEntra(
  behaviour: TokenBehaviour,
): Promise<{ readonly endpoint: string; readonly requests: TokenRequest[] }> {
  const requests: TokenRequest[] = [];
  const { port } = await httpServer((incoming, response) => {
    text(incoming)
      .then((body) => {
        const { method, url, headers } = incoming;
        const form = Object.fromEntries(new URLSearchParams(body));
        requests.push({ method, url, headers, form });
        behaviour({ method, url, headers, form }, response);
      })
      .catch(() => response.destroy());
  });
  return { endpoint: `http://127.0.0.1:${port}/tenant/oauth2/v2.0/token`, requests };
}
