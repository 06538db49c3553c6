import { STATUS_CODES } from 'node:http';
import { runtimeCodes, type Deny } from 'kars-constructs/contract';

/** A denial as an HTTP answer: the same status, headers and body on every surface. */
export interface DenialAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer for a denial. */
export function denialAnswer({ code, reason, rule, cure }: Deny): DenialAnswer {
  const body = `${JSON.stringify({ error: { code, reason, rule, cure } })}\n`;
  return {
    status: runtimeCodes[code].status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-kars-decision': 'deny',
      'x-kars-code': code,
    },
    body,
  };
}

/** The answer as bytes, for a CONNECT request, which has no response object. */
export function rawAnswer({ status, headers, body }: DenialAnswer): string {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
