import {
  ambiguity,
  allow,
  deny,
  formatAuthority,
  type Authority,
  type Decision,
  type EgressEntry,
} from 'kars-constructs/contract';
import type { EgressAllow, EgressDecision } from './decide.ts';

/** What a request of HTTP/1.1 asks for. */
export interface HttpRequest {
  readonly method: string;
  /** In the normal form of the URL parser, with the query. */
  readonly path: string;
  /** The protocol that it wants to switch to. */
  readonly upgrade?: 'websocket';
}

/**
 * Decides one request to a target that was decided before: by the methods, paths and upgrades of the
 * entries where they carry HTTP, by nothing more where they carry anything, and not at all where they
 * carry TLS.
 */
export function decideRequest(
  target: Authority,
  request: HttpRequest,
  connection: EgressDecision,
): Decision {
  if (!connection.allow) return connection;
  const { protocol, rule, entries } = connection;
  if (protocol === 'tcp') return connection;
  if (protocol === 'tls') {
    const reason = `${formatAuthority(target)} is for TLS, and this is a request of plain HTTP`;
    return deny('KARS_EGRESS_PROTOCOL_MISMATCH', rule, reason);
  }
  const [path = ''] = request.path.split('?');
  const why = ambiguity(path);
  const fitting = entries.find((entry) => fits(entry, request, path, why === undefined));
  return fitting === undefined ? denied(target, request, path, connection, why) : allow(rule);
}

/** Where prefixes decide, the path has to mean one thing to every server. */
function fits(
  { http = {} }: EgressEntry,
  { method, upgrade }: HttpRequest,
  path: string,
  isPlain: boolean,
): boolean {
  const { methods, pathPrefixes, upgrade: upgrades = [] } = http;
  return (
    (methods === undefined || methods.some((allowed) => allowed === method)) &&
    (pathPrefixes === undefined ||
      (isPlain && pathPrefixes.some((prefix) => beginsWith(path, prefix)))) &&
    (upgrade === undefined || upgrades.includes(upgrade))
  );
}

/** By whole segments: `/v1` is the beginning of `/v1/a`, not of `/v10`. */
function beginsWith(path: string, prefix: string): boolean {
  const isSegment = prefix.endsWith('/') || path.length === prefix.length;
  return path.startsWith(prefix) && (isSegment || path[prefix.length] === '/');
}

function denied(
  target: Authority,
  { method, upgrade }: HttpRequest,
  path: string,
  { rule }: EgressAllow,
  why: string | undefined,
): Decision {
  const to = upgrade === undefined ? '' : ` with an upgrade to ${upgrade}`;
  const unclear = why === undefined ? '' : `, and a path with ${why} fits no prefix`;
  const reason = `no entry of ${formatAuthority(target)} has ${method} ${path}${to}${unclear}`;
  const refusal = deny('KARS_EGRESS_REQUEST_NOT_ALLOWED', rule, reason);
  if (why !== undefined) return { ...refusal, cure: 'ask for a path without it' };
  const http = { methods: [method], pathPrefixes: [path], ...(upgrade && { upgrade: [upgrade] }) };
  return { ...refusal, cure: `add http: ${JSON.stringify(http)} to an entry of the host` };
}
