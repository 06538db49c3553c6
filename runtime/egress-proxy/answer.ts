import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import { httpHeaders, runtimeCodes, type Deny } from 'kars-constructs/contract';
import { STATUS_CODES } from '../service/node-http.ts';

/** A denial as an HTTP answer: the same status, headers and body on every surface. */
export interface DenialAnswer {
  readonly status: number;
  /** Behind the status: most clients print it when a CONNECT fails, and none the body. */
  readonly phrase: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = 'application/json';
const TEXT_TYPES = ['text/plain', 'text/html'];

/**
 * The answer for a denial: JSON, or text for whoever would rather have text.
 *
 * @param head the request, where one could be read
 * @see RFC 9110 section 12.5.1
 */
export function denialAnswer(
  { code, reason, rule, cure }: Deny,
  head?: Pick<IncomingMessage, 'headers'>,
): DenialAnswer {
  const accept = head?.headers[httpHeaders.accept.name];
  const preferred =
    head && new Negotiator({ headers: { accept } }).mediaType([JSON_TYPE, ...TEXT_TYPES]);
  const isText = preferred !== undefined && TEXT_TYPES.includes(preferred);
  const body = isText
    ? `${code}: ${reason}\nrule: ${rule}\ncure: ${cure}\n`
    : `${JSON.stringify({ error: { code, reason, rule, cure } })}\n`;
  const { status } = runtimeCodes[code];
  return {
    status,
    phrase: fieldValue(`${STATUS_CODES[status] ?? ''}, ${code}: ${reason}`).slice(
      0,
      LONGEST_PHRASE,
    ),
    headers: {
      'content-type': isText ? 'text/plain; charset=utf-8' : JSON_TYPE,
      'content-length': String(Buffer.byteLength(body)),
      [httpHeaders.decision.name]: 'deny',
      [httpHeaders.code.name]: code,
      [httpHeaders.rule.name]: fieldValue(rule),
    },
    body,
  };
}

const LONGEST_VALUE = 1024;

/** Some clients read a status line into a small buffer, and give up on a longer one. */
const LONGEST_PHRASE = 300;

/** What a field of HTTP may carry of a text. @see RFC 9110 section 5.5 */
const fieldValue = (text: string): string =>
  text.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_VALUE);

/** The answer as bytes, for a CONNECT request, which has no response object. */
export function rawAnswer({ status, phrase, headers, body }: DenialAnswer): string {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} ${phrase}\r\n${lines.join('')}\r\n${body}`;
}
