import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** Fields that concern one connection only, RFC 9110 section 7.6.1, and those for the proxy itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** The fields of a message that go on to its other end. */
export function endToEndHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}

/**
 * How the end of a request body is told, from what was received and whatever `Connection` names. Without
 * it the bytes of a body would reach the host as a request of their own, which nothing has decided.
 *
 * @see RFC 9112 section 6.3
 */
export function framing(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  if (headers['transfer-encoding'] !== undefined) return { 'transfer-encoding': 'chunked' };
  const length = headers['content-length'];
  return length === undefined ? {} : { 'content-length': length };
}

/** Whether bytes follow the fields of a request. @see RFC 9112 section 6.3 */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  Object.keys(framing(headers)).length > 0;

/**
 * Whether the connection of a request may carry others: only one that changes nothing at its host and that
 * has no body, so that every program sees the same end of it, and it may be sent once more.
 *
 * @see RFC 9110 sections 9.2.1 and 9.2.2
 */
export const mayShareConnection = ({
  method = '',
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  SAFE_METHODS.has(method) && !hasBody(headers) && headers.expect === undefined;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How long a host says that it keeps a connection on which nothing happens. */
export function keptSeconds(headers: IncomingHttpHeaders): number {
  const [, seconds] = /\btimeout=([0-9]{1,9})\b/i.exec(String(headers['keep-alive'] ?? '')) ?? [];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds);
}
