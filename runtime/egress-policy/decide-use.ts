import {
  deny,
  formatAuthority,
  type Authority,
  type Decision,
  type EgressProtocol,
} from 'kars-constructs/contract';
import { decideRequest, type HttpRequest } from './decide-request.ts';
import { decideEgress, type EgressPolicy } from './decide.ts';

/** What a connection is to carry: one request, or bytes that were looked into as this protocol. */
export type ConnectionUse = HttpRequest | Exclude<EgressProtocol, 'http'>;

/** Decides a connection together with what it is to carry. */
export function decideUse(
  target: Authority,
  use: ConnectionUse,
  policy: EgressPolicy | undefined,
): Decision {
  const connection = decideEgress(target, policy);
  if (!connection.allow) return connection;
  if (typeof use === 'object') return decideRequest(target, use, connection);
  if (connection.protocol === use) return connection;
  const reason = `${formatAuthority(target)} is for ${connection.protocol}, and was looked into as ${use}`;
  return deny('KARS_EGRESS_PROTOCOL_MISMATCH', connection.rule, reason);
}
