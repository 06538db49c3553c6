import { processes, type ProcessRow } from '../../contract/process.ts';
import type { Match, PacketRule, PacketRules, Transport } from './packet-rule.ts';

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
 * @throws RangeError for an inbound port that a sidecar listens on.
 * @see https://wiki.nftables.org/wiki-nftables/index.php/Netfilter_hooks
 */
export function packetRules(input: PacketRulesInput): PacketRules {
  refuseTakenPorts(input);
  const { sidecars } = input;
  return {
    translation: translation(input),
    inbound: inbound(input),
    senders: sidecars.flatMap(ownPorts),
    outbound: outbound(input),
    leaving: leaving(sidecars),
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

/** All TCP goes to the proxy, which decides, audits and refuses with a reason, whatever the port. */
function translation({ sidecars, proxy }: PacketRulesInput): PacketRule[] {
  const toDns = { destinationPort: DNS, verdict: 'redirect', port: proxy.dnsPort } as const;
  return [
    { loopback: true, verdict: 'return' },
    ...sidecars.map(({ uid }): PacketRule => ({ owner: uid, verdict: 'return' })),
    { protocol: 'udp', ...toDns },
    { protocol: 'tcp', ...toDns },
    { protocol: 'tcp', verdict: 'redirect', port: proxy.agentPort },
  ];
}

/** No router advertisement and no redirect of ICMP is among it: the routes of the pod stay as they are. */
function inbound({ sidecars, inboundPorts }: PacketRulesInput): PacketRule[] {
  const open = [...sidecars.map(({ statusPort }) => statusPort), ...inboundPorts];
  return [
    { loopback: true, verdict: 'accept' },
    // A node with route_localnet hands that setting to its pods, and with it their loopback services.
    { toLoopbackAddress: true, verdict: 'drop' },
    // ICMP errors about what a sidecar sent are among the replies, path MTU discovery therefore works.
    { connection: 'reply', verdict: 'accept' },
    ...open.map((port): PacketRule => ({ ...tcpTo(port), verdict: 'accept' })),
    { neighbourDiscovery: true, verdict: 'accept' },
    { protocol: 'tcp', verdict: 'reset' },
  ];
}

/**
 * A sidecar's port speaks for that sidecar only, even while it is down and another user has bound the port.
 *
 * The kernel answers a first segment without a socket once the queue of a listener is full (SYN cookies),
 * and sends what a closed socket left without one too. So whoever is not known to be the owner may not
 * establish a connection; without one there is nothing else that he could say.
 */
function ownPorts({ uid, agentPort, statusPort, dnsPort }: ProcessRow): PacketRule[] {
  const tcp = [agentPort, statusPort, ...(dnsPort === undefined ? [] : [dnsPort])];
  return [
    ...tcp.flatMap((sourcePort): PacketRule[] => [
      { protocol: 'tcp', sourcePort, owner: uid, verdict: 'return' },
      { protocol: 'tcp', sourcePort, segment: 'syn', verdict: 'drop' },
      { protocol: 'tcp', sourcePort, owner: 'any', verdict: 'drop' },
    ]),
    ...(dnsPort === undefined
      ? []
      : ([
          { protocol: 'udp', sourcePort: dnsPort, owner: uid, verdict: 'return' },
          { protocol: 'udp', sourcePort: dnsPort, verdict: 'drop' },
        ] as const)),
  ];
}

function outbound({ sidecars, proxy }: PacketRulesInput): PacketRule[] {
  const redirected = (protocol: Transport, destinationPort: number): PacketRule => ({
    toLoopbackAddress: true,
    protocol,
    destinationPort,
    verdict: 'accept',
  });
  return [
    // Nothing in the pod has a reason to ask for the health of a sidecar. All addresses of the pod are
    // reached through loopback; the same port of another host is the proxy's to decide.
    ...sidecars.map(({ statusPort }): PacketRule => ({
      loopback: true,
      ...tcpTo(statusPort),
      verdict: 'reset',
    })),
    ...sidecars.flatMap(confined),
    { loopback: true, verdict: 'accept' },
    ...sidecars.filter(isFree).map(notRedirected),
    ...unconfined(sidecars),
    // A redirected packet still has the interface that it was routed to at first.
    redirected('tcp', proxy.agentPort),
    redirected('tcp', proxy.dnsPort),
    redirected('udp', proxy.dnsPort),
    // A segment from outside can make conntrack take a connection from inside for the answer to it.
    { protocol: 'tcp', segment: 'opening', verdict: 'reset' },
    { connection: 'reply', verdict: 'accept' },
    // An answer at once, so that a program in the pod fails instead of waiting.
    ...refused('any'),
    ...withoutOwner,
  ];
}

/** Decided once more, since translation cannot move a packet whose socket is bound to an interface. */
function leaving(sidecars: readonly ProcessRow[]): PacketRule[] {
  return [
    { loopback: true, verdict: 'accept' },
    { toLoopbackAddress: true, verdict: 'drop' },
    ...unconfined(sidecars),
    { connection: 'reply', verdict: 'accept' },
    { owner: 'any', verdict: 'drop' },
    ...withoutOwner,
  ];
}

/** A sidecar that may open connections to some loopback ports only. */
function confined({ uid, reaches }: ProcessRow): PacketRule[] {
  if (reaches === undefined) return [];
  return [
    ...reaches.map((port): PacketRule => ({
      loopback: true,
      ...tcpTo(port),
      owner: uid,
      verdict: 'accept',
    })),
    { connection: 'reply', owner: uid, verdict: 'accept' },
    ...refused(uid),
  ];
}

/**
 * A connection of UDP is its addresses and ports. A sidecar that sends from a port which the agent has just
 * asked DNS from would go on with what the agent began, and be answered by the proxy. The error that it
 * gets instead lets it take another port.
 */
const notRedirected = ({ uid }: ProcessRow): PacketRule => ({
  connection: 'redirected',
  owner: uid,
  verdict: 'drop',
});

const isFree = ({ reaches }: ProcessRow): boolean => reaches === undefined;

const unconfined = (sidecars: readonly ProcessRow[]): PacketRule[] =>
  sidecars.filter(isFree).map(({ uid }) => ({ owner: uid, verdict: 'accept' }));

const tcpTo = (destinationPort: number): Match => ({ protocol: 'tcp', destinationPort });

const refused = (owner: number | 'any'): PacketRule[] => [
  { protocol: 'tcp', owner, verdict: 'reset' },
  { owner, verdict: 'reject' },
];

/** What the kernel still sends for the sidecars: the end of connections whose sockets are closed, and neighbour discovery. */
const withoutOwner: readonly PacketRule[] = [
  { connection: 'established', verdict: 'accept' },
  { neighbourDiscovery: true, verdict: 'accept' },
];

function refuseTakenPorts({ sidecars, inboundPorts }: PacketRulesInput): void {
  const taken = new Set(sidecars.flatMap((row) => [row.agentPort, row.statusPort, row.dnsPort]));
  const clash = inboundPorts.find((port) => taken.has(port));
  if (clash === undefined) return;
  const ports = [...taken].filter((port) => port !== undefined).join(', ');
  throw new RangeError(
    `got inbound port ${clash}, which belongs to a sidecar; use one that is not among ${ports}`,
  );
}
