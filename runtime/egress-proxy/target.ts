import type { IncomingMessage } from 'node:http';
import {
  deny,
  normalAddress,
  normalHost,
  type Authority,
  type Deny,
} from 'kars-constructs/contract';

/** Where an absolute-form request goes, and how it is sent there. */
export interface Target {
  readonly authority: Authority;
  /** Host header for the origin. */
  readonly host: string;
  readonly path: string;
}

/**
 * The one reading of a request: what is decided is what is dialled and sent. A request that its host
 * could read in another way than this program is refused.
 *
 * @see RFC 9112 sections 3.2.2 and 6.1
 */
export function readTarget({
  url = '',
  headers,
  headersDistinct,
}: Pick<IncomingMessage, 'url' | 'headers' | 'headersDistinct'>): Target | Deny {
  const invalid = (reason: string): Deny => deny('KARS_REQUEST_INVALID', 'egress proxy', reason);
  if (!/^http:\/\//i.test(url) || !URL.canParse(url)) {
    return invalid('supply an absolute http URL, or use CONNECT');
  }
  const parsed = new URL(url);
  const host = normalHost(parsed.hostname) ?? addressIn(parsed.hostname);
  if (host === undefined) {
    const reason = `got ${JSON.stringify(parsed.hostname)}, supply a host name`;
    return deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
  }
  if (parsed.username !== '' || parsed.password !== '') return invalid('got user information');
  if (headersDistinct.host?.length !== 1) return invalid('supply one Host header');
  if (hostOf(headers.host) !== parsed.host) {
    return invalid('the Host header names another host or port than the target');
  }
  if (headers.upgrade !== undefined) return invalid('got Upgrade, which is not forwarded');
  if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked') {
    return invalid('got a Transfer-Encoding other than chunked, which is not forwarded');
  }
  if ((headers.expect ?? '100-continue').toLowerCase() !== '100-continue') {
    return invalid('got an Expect other than 100-continue');
  }
  return {
    authority: { host, port: parsed.port === '' ? 80 : Number(parsed.port) },
    host: parsed.host,
    path: `${parsed.pathname}${parsed.search}`,
  };
}

/** The address that the URL parser found, in any spelling: what it gives is what is decided and dialled. */
const addressIn = (hostname: string): string | undefined =>
  normalAddress(hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

/** The Host header in the form that the URL parser gives, so that a default port makes no difference. */
function hostOf(header: string | undefined): string | undefined {
  const url = `http://${header ?? ''}/`;
  return URL.canParse(url) && new URL(url).href === `http://${new URL(url).host}/`
    ? new URL(url).host
    : undefined;
}
