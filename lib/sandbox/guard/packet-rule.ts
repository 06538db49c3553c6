/** Transport protocol of a rule about ports. */
export type Transport = 'tcp' | 'udp';

/** Every user ID that a socket can have, as both back ends write it; 4294967295 stands for none. */
export const ANY_USER = '0-4294967294';

/** What a packet has to be like; every part that is given has to hold. */
export interface Match {
  /**
   * User of the socket that sends the packet; `any` for whichever. What the kernel sends by itself, or for
   * a socket that its program has closed, has no user and matches neither.
   */
  readonly owner?: number | 'any';
  /** Only packets of the loopback interface. */
  readonly loopback?: true;
  /** Only packets to the loopback addresses, wherever they are sent. */
  readonly toLoopbackAddress?: true;
  /**
   * `reply`: only packets in the direction opposite to the one that opened the connection.
   * `established`: only packets of a connection that has seen both directions.
   * `redirected`: only packets in the direction that opened the connection, where that was redirected.
   */
  readonly connection?: 'reply' | 'established' | 'redirected';
  readonly protocol?: Transport;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** `syn`: only the two segments that establish a connection of TCP. `opening`: only the first of them. */
  readonly segment?: 'syn' | 'opening';
  /** Only neighbour discovery of IPv6 (RFC 4861), without which no packet leaves an Ethernet link. */
  readonly neighbourDiscovery?: true;
}

/**
 * What happens to a packet. `return` leaves the chain, `reset` answers with a TCP reset, `reject` with an
 * ICMP error.
 */
export type Verdict =
  | { readonly verdict: 'accept' | 'drop' | 'return' | 'reset' | 'reject' }
  | { readonly verdict: 'redirect'; readonly port: number };

/** One rule: the first that matches decides. */
export type PacketRule = Match & Verdict;

/** All rules of a pod. What no rule of `inbound`, `outbound` or `leaving` accepts is dropped, and so is all that is forwarded. */
export interface PacketRules {
  /** Translation of what the pod sends, before it is filtered. */
  readonly translation: readonly PacketRule[];
  /** What arrives for the pod. */
  readonly inbound: readonly PacketRule[];
  /** Who may send from which port; decided first of all that the pod sends, and only ever by a drop. */
  readonly senders: readonly PacketRule[];
  /** What the pod sends, loopback included, with the interface that it had before translation. */
  readonly outbound: readonly PacketRule[];
  /** What the pod sends, with the interface that it really leaves by. */
  readonly leaving: readonly PacketRule[];
}
