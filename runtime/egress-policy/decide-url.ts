import {
  deny,
  formatAuthority,
  normalHost,
  type Decision,
  type Deny,
} from 'kars-constructs/contract';
import { decideRequest } from './decide-request.ts';
import { decideEgress, type EgressPolicy } from './decide.ts';

const RULE = 'egress policy, URLs';

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http:', 80],
  ['https:', 443],
]);

/**
 * Decides a URL that somebody else connects to for the agent: as a request of the agent itself would be. It has to be in
 * the normal form of the URL standard, so that whoever reads it in another way reads the same host. An address says
 * nothing there, since another network has other machines at it.
 *
 * @see https://url.spec.whatwg.org/
 */
export function decideUrl(
  text: string,
  method: string,
  policy: EgressPolicy | undefined,
): Decision {
  if (!URL.canParse(text)) return invalid(`${JSON.stringify(text.slice(0, 256))} is no URL`);
  const url = new URL(text);
  const { href, protocol, hostname, username, password, hash } = url;
  const port = DEFAULT_PORTS.get(protocol);
  if (port === undefined) return invalid(`got a URL of ${protocol}, allowed are http: and https:`);
  if (href !== text && href !== `${text}/`) {
    return invalid('got a URL that is not in its normal form; send it as a URL parser writes it');
  }
  if (username !== '' || password !== '' || hash !== '') {
    return invalid('got a URL with user information or a fragment; leave them out');
  }
  const host = normalHost(hostname);
  if (host !== hostname) {
    return invalid(`got a URL of ${hostname}, supply a host name without a dot at its end`);
  }
  const target = { host, port: url.port === '' ? port : Number(url.port) };
  const connection = decideEgress(target, policy);
  if (!connection.allow || connection.protocol === 'tcp') return connection;
  if (protocol === 'http:') {
    return decideRequest(target, { method, path: `${url.pathname}${url.search}` }, connection);
  }
  if (connection.protocol === 'tls') return connection;
  const reason = `${formatAuthority(target)} is for ${connection.protocol}, and this is a URL of https`;
  return deny('KARS_EGRESS_PROTOCOL_MISMATCH', connection.rule, reason);
}

const invalid = (reason: string): Deny => deny('KARS_EGRESS_NAME_INVALID', RULE, reason);
