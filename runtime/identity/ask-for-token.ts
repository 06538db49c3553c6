import { request, type Dispatcher } from 'undici';
import { CredentialFault } from './credential-source.ts';
import type { FetchedToken } from './refreshing-token.ts';
import { readTokenAnswer } from './token-answer.ts';

/** For the whole exchange. */
const MILLISECONDS = 10_000;

const LARGEST_ANSWER = 256 * 1024;

/** A request for a token. */
export interface TokenCall {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly dispatcher: Dispatcher;
}

/**
 * Asks for a token. Redirects are not followed, time and size of the answer are bounded, and nothing that is
 * sent is in a fault.
 *
 * @throws CredentialFault
 */
export async function askForToken({ url, ...call }: TokenCall): Promise<FetchedToken> {
  const { status, headers, text } = await answerTo(url, call);
  return readTokenAnswer({ status, headers }, text);
}

async function answerTo(url: string, call: Omit<TokenCall, 'url'>) {
  try {
    const { statusCode, headers, body } = await request(url, {
      ...call,
      signal: AbortSignal.timeout(MILLISECONDS),
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
