import { isIP } from 'node:net';
import {
  deny,
  formatAuthority,
  normalHost,
  type Authority,
  type Deny,
} from 'kars-constructs/contract';
import type { EgressAllow } from '../../egress-policy/decide.ts';
import type { ClientHello } from './client-hello.ts';

/**
 * Why a ClientHello may not go to a target, or undefined when it may: behind it a server may have many
 * names, so it has to ask for the one that was decided. An address has no name to ask for.
 */
export function helloFault(
  { serverName, hasEncryptedHello }: ClientHello,
  target: Authority,
  { rule, outerNameDecides }: Pick<EgressAllow, 'rule' | 'outerNameDecides'>,
): Deny | undefined {
  if (hasEncryptedHello && !outerNameDecides) {
    const reason = `the ClientHello for ${formatAuthority(target)} has an encrypted part, which could ask for another name`;
    return deny('KARS_EGRESS_ENCRYPTED_HELLO', rule, reason);
  }
  const mismatch = (asked: string): Deny =>
    deny('KARS_EGRESS_SERVER_NAME', rule, `${asked}, and the target is ${formatAuthority(target)}`);
  if (isIP(target.host) !== 0) {
    return serverName === undefined
      ? undefined
      : mismatch(`the ClientHello asks for ${serverName}`);
  }
  if (serverName === undefined) return mismatch('the ClientHello asks for no server name');
  const isSame = !serverName.endsWith('.') && normalHost(serverName) === target.host;
  return isSame ? undefined : mismatch(`the ClientHello asks for ${serverName}`);
}
