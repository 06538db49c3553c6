import type { Duplex } from 'node:stream';
import { deny, formatAuthority, type Authority, type Deny } from 'kars-constructs/contract';
import type { EgressAllow } from '../../egress-policy/decide.ts';
import { alerts, type Alert } from './alert.ts';
import { helloFault } from './decide-hello.ts';
import { awaitClientHello } from './await-hello.ts';

/** Either what has to be sent on first, unchanged, or why the connection may not go on and what its program is told. */
export type CheckedHello =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly denial: Deny; readonly alert: Alert };

/** A connection that may go to a target by TLS. */
export interface TlsConnection {
  readonly client: Duplex;
  /** What has been read of it before. */
  readonly head: Buffer;
  readonly target: Authority;
  /** What allows the target. */
  readonly allowed: EgressAllow;
}

/** Looks at the ClientHello of a connection, which may take `milliseconds` to arrive. */
export async function checkHello(
  { client, head, target, allowed }: TlsConnection,
  milliseconds: number,
): Promise<CheckedHello> {
  const { reading, bytes } = await awaitClientHello(client, head, milliseconds);
  if (reading.kind === 'invalid') {
    const reason = `${formatAuthority(target)} is for TLS, and no ClientHello came: ${reading.reason}`;
    const denial = deny('KARS_EGRESS_PROTOCOL_MISMATCH', allowed.rule, reason);
    return { ok: false, denial, alert: alerts.decodeError };
  }
  const denial = helloFault(reading.hello, target, allowed);
  return denial === undefined
    ? { ok: true, bytes }
    : { ok: false, denial, alert: alerts.unrecognizedName };
}
