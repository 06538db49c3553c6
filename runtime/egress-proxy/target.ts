import type { IncomingMessage } from 'node:http';
import {
  deny,
  normalAddress,
  normalHost,
  type Authority,
  type Deny,
} from 'kars-constructs/contract';
import type { HttpRequest } from '../egress-policy/decide-request.ts';

/** Where a request goes, what it asks for, and how it is sent there. */
export interface Target {
  readonly authority: Authority;
  /** Host header for the origin. */
  readonly host: string;
  readonly request: HttpRequest;
}

type Head = Pick<IncomingMessage, 'url' | 'method' | 'headers' | 'headersDistinct'>;

/**
 * The one reading of a request: what is decided is what is dialled and sent. A request that its host
 * could read in another way than this program is refused.
 *
 * @param bound where the connection goes, when that is known already: then the origin form is read,
 * and Host has to say the same; without it the absolute form
 * @see RFC 9112 sections 3.2 and 6.1
 */
export function readTarget(head: Head, bound?: Authority): Target | Deny {
  const invalid = (reason: string): Deny => deny('KARS_REQUEST_INVALID', 'egress proxy', reason);
  const { headers, headersDistinct, method = 'GET' } = head;
  if (headersDistinct.host?.length !== 1) return invalid('supply one Host header');
  const parsed = bound === undefined ? absoluteForm(head) : originForm(head);
  if (typeof parsed === 'string') return invalid(parsed);
  const host = normalHost(parsed.hostname) ?? addressIn(parsed.hostname);
  if (host === undefined) {
    const reason = `got ${JSON.stringify(parsed.hostname)}, supply a host name`;
    return deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
  }
  if (parsed.username !== '' || parsed.password !== '') return invalid('got user information');
  const authority = { host, port: parsed.port === '' ? 80 : Number(parsed.port) };
  const isThere = bound === undefined || (bound.host === host && bound.port === authority.port);
  if (!isThere || hostOf(headers.host) !== parsed.host) {
    return invalid('the Host header names another host or port than the target');
  }
  const why = unforwardable(head);
  if (why !== undefined) return invalid(why);
  const isUpgrade = headers.upgrade !== undefined;
  return {
    authority,
    host: parsed.host,
    request: {
      method,
      path: `${parsed.pathname}${parsed.search}`,
      ...(isUpgrade && { upgrade: 'websocket' }),
    },
  };
}

function absoluteForm({ url = '' }: Head): URL | string {
  const parsed = /^http:\/\//i.test(url) ? URL.parse(url) : null;
  return parsed ?? 'supply an absolute http URL, or use CONNECT';
}

function originForm({ url = '', headers: { host = '' } }: Head): URL | string {
  const isOrigin = url.startsWith('/') && hostOf(host) !== undefined;
  const parsed = isOrigin ? URL.parse(`http://${host}${url}`) : null;
  return parsed ?? 'supply a path, and the host in the Host header';
}

/** What two programs could read in two ways, or what this one does not carry. */
function unforwardable({ method, headers }: Head): string | undefined {
  const { upgrade } = headers;
  if (upgrade !== undefined && (upgrade.toLowerCase() !== 'websocket' || method !== 'GET')) {
    return 'got Upgrade, which is forwarded for GET and websocket only';
  }
  const hasBody = headers['content-length'] ?? headers['transfer-encoding'];
  if (upgrade !== undefined && hasBody !== undefined) return 'got Upgrade with a body';
  if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked') {
    return 'got a Transfer-Encoding other than chunked, which is not forwarded';
  }
  if ((headers.expect ?? '100-continue').toLowerCase() !== '100-continue') {
    return 'got an Expect other than 100-continue';
  }
  return undefined;
}

/** The address that the URL parser found, in any spelling: what it gives is what is decided and dialled. */
const addressIn = (hostname: string): string | undefined =>
  normalAddress(hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

/** The Host header in the form that the URL parser gives, so that a default port makes no difference. */
function hostOf(header: string | undefined): string | undefined {
  const url = URL.parse(`http://${header ?? ''}/`);
  return url !== null && url.href === `http://${url.host}/` ? url.host : undefined;
}
