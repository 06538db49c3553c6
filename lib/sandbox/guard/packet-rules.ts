import { processes, type ProcessRow } from '../../contract/process.ts';

/** Transport protocol of a rule about ports. */
export type Transport = 'tcp' | 'udp';

/** What a packet has to be like; every part that is given has to hold. */
export interface Match {
  /** User of the socket that sends the packet. A packet of no socket has none, and matches neither form. */
  readonly owner?: { readonly is: number } | { readonly isNot: number };
  /** Only packets that stay on the loopback interface. */
  readonly loopback?: true;
  /** Only packets in the direction opposite to the one that opened the connection. */
  readonly reply?: true;
  readonly protocol?: Transport;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Only packets to the loopback address of their family. */
  readonly toLoopbackAddress?: true;
  /** Only neighbour discovery of IPv6 (RFC 4861), without which no packet leaves an Ethernet link. */
  readonly neighbourDiscovery?: true;
}

/** What happens to a packet. `return` leaves translation, `reset` answers with a TCP reset, `reject` with an ICMP error. */
export type Verdict =
  | { readonly verdict: 'accept' | 'drop' | 'return' | 'reset' | 'reject' }
  | { readonly verdict: 'redirect'; readonly port: number };

/** One rule: the first that matches decides. */
export type PacketRule = Match & Verdict;

/** All rules of a pod. What no rule of `inbound` or `outbound` accepts is dropped. */
export interface PacketRules {
  /** Translation of what the pod sends. */
  readonly translation: readonly PacketRule[];
  readonly inbound: readonly PacketRule[];
  readonly outbound: readonly PacketRule[];
}

/** What the rules are made from. */
export interface PacketRulesInput {
  readonly sidecars: readonly ProcessRow[];
  /** The sidecar that takes every redirected connection and DNS query. */
  readonly proxy: { readonly agentPort: number; readonly dnsPort: number };
  /** TCP ports of the agent that may be reached from outside the pod. */
  readonly inboundPorts: readonly number[];
}

const DNS = 53;

/**
 * The rules that leave an agent no way out but the loopback ports of its sidecars, whatever user it
 * manages to run as.
 *
 * @see https://wiki.nftables.org/wiki-nftables/index.php/Netfilter_hooks
 */
export function packetRules({ sidecars, proxy, inboundPorts }: PacketRulesInput): PacketRules {
  const toDns = (protocol: Transport): PacketRule => ({
    protocol,
    destinationPort: DNS,
    verdict: 'redirect',
    port: proxy.dnsPort,
  });
  const toProxy = { toLoopbackAddress: true, verdict: 'accept' } as const;
  return {
    translation: [
      { loopback: true, verdict: 'return' },
      ...sidecars.map(({ uid }): PacketRule => ({ owner: { is: uid }, verdict: 'return' })),
      toDns('udp'),
      toDns('tcp'),
      { protocol: 'tcp', verdict: 'redirect', port: proxy.agentPort },
    ],
    inbound: [
      { loopback: true, verdict: 'accept' },
      { reply: true, verdict: 'accept' },
      ...sidecars.map(({ statusPort }) => acceptTcp(statusPort)),
      ...inboundPorts.map(acceptTcp),
      { neighbourDiscovery: true, verdict: 'accept' },
      ...refusals,
    ],
    outbound: [
      // Before loopback: nothing in the pod has a reason to ask for the health of a sidecar.
      ...sidecars.map(({ statusPort }): PacketRule => ({
        protocol: 'tcp',
        destinationPort: statusPort,
        verdict: 'reset',
      })),
      // Before loopback: the port of a dead sidecar can be bound by anyone, so its answers are dropped.
      ...sidecars.flatMap(ownPorts),
      { loopback: true, verdict: 'accept' },
      ...sidecars.map(({ uid }): PacketRule => ({ owner: { is: uid }, verdict: 'accept' })),
      { reply: true, verdict: 'accept' },
      // A redirected packet still has the interface that it was routed to at first.
      { protocol: 'tcp', destinationPort: proxy.agentPort, ...toProxy },
      { protocol: 'udp', destinationPort: proxy.dnsPort, ...toProxy },
      { protocol: 'tcp', destinationPort: proxy.dnsPort, ...toProxy },
      { neighbourDiscovery: true, verdict: 'accept' },
      ...refusals,
    ],
  };
}

/** The rules of a sandbox with router and egress proxy. */
export function sandboxPacketRules(inboundPorts: readonly number[]): PacketRules {
  return packetRules({
    sidecars: Object.values(processes),
    proxy: processes['egress-proxy'],
    inboundPorts,
  });
}

const acceptTcp = (destinationPort: number): PacketRule => ({
  protocol: 'tcp',
  destinationPort,
  verdict: 'accept',
});

/** An answer at once, so that a program in the pod fails instead of waiting. */
const refusals: readonly PacketRule[] = [
  { protocol: 'tcp', verdict: 'reset' },
  { verdict: 'reject' },
];

function ownPorts({ uid, agentPort, statusPort, dnsPort }: ProcessRow): PacketRule[] {
  const impersonation = (protocol: Transport, sourcePort: number): PacketRule => ({
    protocol,
    sourcePort,
    owner: { isNot: uid },
    verdict: 'drop',
  });
  return [
    impersonation('tcp', agentPort),
    impersonation('tcp', statusPort),
    ...(dnsPort === undefined
      ? []
      : [impersonation('udp', dnsPort), impersonation('tcp', dnsPort)]),
  ];
}
