import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import { retryAfterOf } from '../service/retry-after.ts';
import { CredentialFault } from './credential-source.ts';
import type { FetchedToken } from './refreshing-token.ts';

/** Nobody gives a token for longer. */
const LONGEST_SECONDS = 7 * 86_400;

/** Some endpoints give numbers as text. */
const seconds = z.coerce.number().int().min(1).max(LONGEST_SECONDS);

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
const tokenAnswer = z.object({
  access_token: z
    .string()
    .max(65_536)
    .regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: seconds,
  refresh_in: seconds.optional(),
});

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
const errorAnswer = z.object({
  error: z
    .string()
    .regex(/^[a-z_]{1,64}$/)
    .optional(),
  error_codes: z.array(z.int().min(0)).max(8).optional(),
});

/**
 * The token in an answer.
 *
 * @throws CredentialFault that has the codes of an answer without one, and nothing that the answer says in words
 */
export function readTokenAnswer(
  { status, headers }: { readonly status: number; readonly headers: IncomingHttpHeaders },
  text: string,
): FetchedToken {
  const value = parse(text);
  const token = status === 200 ? tokenAnswer.safeParse(value) : undefined;
  if (token?.success === true) {
    const { access_token, expires_in, refresh_in } = token.data;
    return { token: access_token, expiresIn: expires_in, refreshIn: refresh_in };
  }
  const said = token === undefined ? codesIn(value) : 'no token of the form that it has to have';
  const message = `the token endpoint answered with status ${status}${said === '' ? '' : ` (${said})`}`;
  throw new CredentialFault('KARS_CREDENTIAL_UNAVAILABLE', message, retryAfterOf(headers));
}

function codesIn(value: unknown): string {
  const answer = errorAnswer.safeParse(value);
  if (!answer.success) return '';
  const { error, error_codes: codes = [] } = answer.data;
  return [...(error === undefined ? [] : [error]), ...codes.map((code) => `AADSTS${code}`)].join(
    ', ',
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
