import type { AgentAttack } from '../attack.ts';
import { inArea } from './in-area.ts';

const attack = inArea('network');

/** Ways past the sidecars. */
export const network: readonly AgentAttack[] = [
  attack('tcp4', 'connect to another pod by TCP', 'packets'),
  attack('tcp6', 'connect to another pod by TCP over IPv6', 'packets'),
  attack('tcp_mapped', 'connect by an IPv4 address within IPv6', 'packets'),
  attack('tcp_multipath', 'connect by multipath TCP', 'packets'),
  attack('tcp_bound_to_interface', 'connect past the routes, bound to an interface', 'packets'),
  attack('tcp_from_own_port', 'connect from a port of its own choice', 'packets'),
  attack('tcp_fast_open', 'send data with the first segment of TCP', 'packets'),
  attack('udp4', 'send to another pod by UDP', 'packets'),
  attack('udp6', 'send to another pod by UDP over IPv6', 'packets'),
  attack('udp_unconnected', 'send by UDP without connecting', 'packets'),
  attack('udp_fragmented', 'send fragments', 'packets'),
  attack('udp_by_light', 'send by another transport, UDP-Lite', 'packets'),
  attack('dns_over_udp', 'carry data out in the name of a DNS query', 'packets'),
  attack('dns_over_tcp', 'talk to a DNS server by TCP', 'packets'),
  attack('icmp_by_raw_socket', 'carry data by ICMP, in a raw socket', 'packets', 'user'),
  attack('packet_socket', 'write to the interface, below IP', 'launcher', 'profile', 'user'),
  attack('own_ip_header', 'send packets from an address of others', 'packets', 'user'),
  attack('address_added', 'give the pod an address', 'user'),
  attack('health_of_router', 'read the status of the router', 'packets'),
  attack('health_of_proxy', 'read the status of the proxy', 'packets'),
  // What comes after it meets no rules where it succeeds.
  attack('rules_removed', 'remove the packet rules', 'launcher', 'profile', 'user'),
];
