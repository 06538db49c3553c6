import { GUARD_DOCUMENT_VERSION, type GuardDocument } from '../../contract/guard-document.ts';
import { renderIptables } from './iptables.ts';
import { renderNft } from './nft.ts';
import type { PacketRules } from './packet-rule.ts';
import { sandboxPacketRules } from './packet-rules.ts';

/** Addresses for documentation, which no host on any network has (RFC 5737, RFC 3849). */
const NOWHERE = ['192.0.2.1', '2001:db8::1'];

/** The guard document of a sandbox whose agent may be reached on `inboundPorts` from outside. */
export function guardDocumentFor(inboundPorts: readonly number[]): GuardDocument {
  return guardDocumentOf(sandboxPacketRules(inboundPorts));
}

/** The guard document that puts these rules into force. */
export function guardDocumentOf(rules: PacketRules): GuardDocument {
  return {
    version: GUARD_DOCUMENT_VERSION,
    nft: renderNft(rules),
    iptables: { ipv4: renderIptables(rules, 'ipv4'), ipv6: renderIptables(rules, 'ipv6') },
    probes: NOWHERE.flatMap((address) => [
      { protocol: 'tcp', address, port: 443 },
      { protocol: 'tcp', address, port: 22 },
      { protocol: 'udp', address, port: 53 },
      { protocol: 'udp', address, port: 123 },
    ]),
  };
}
