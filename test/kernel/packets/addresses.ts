/** Addresses of the pod and of the neighbour that stands for everything else. */
export const pod = { ipv4: '10.77.0.2', ipv6: 'fd77::2', linkLocal: 'fe80::2' } as const;

/** On the same link as the pod, and its router. */
export const neighbour = { ipv4: '10.77.0.1', ipv6: 'fd77::1', linkLocal: 'fe80::1' } as const;

/** Further addresses of the neighbour, by what they stand for. */
export const elsewhere: Readonly<Record<string, string>> = {
  'public IPv4': '203.0.113.10',
  'public IPv6': '2001:db8:77::10',
  'metadata IPv4': '169.254.169.254',
  'metadata IPv6': 'fd00:ec2::254',
  'host agent of a cloud': '168.63.129.16',
  'node IPv4': '192.168.77.1',
  'node IPv6': 'fd50::1',
  'service IPv4': '10.96.0.1',
  'service IPv6': 'fd96::1',
};

/** All unicast addresses outside the pod, as a program in the pod names them. */
export const outside: Readonly<Record<string, string>> = {
  'on-link IPv4': neighbour.ipv4,
  'on-link IPv6': neighbour.ipv6,
  ...elsewhere,
  'public v4-mapped': '::ffff:203.0.113.10',
  'metadata v4-mapped': '::ffff:169.254.169.254',
  'link-local': `${neighbour.linkLocal}%eth0`,
};

/** Whether a connection to the address is bound to an interface by the address itself. */
export const isScoped = (address: string): boolean => address.includes('%');

/** Whether the address is one of IPv4 in the form of IPv6. */
export const isMapped = (address: string): boolean => address.startsWith('::ffff:');

/** Multicast and broadcast addresses. */
export const groups: Readonly<Record<string, string>> = {
  'mDNS IPv4': '224.0.0.251',
  'organization IPv4': '239.1.2.3',
  broadcast: '255.255.255.255',
  'subnet broadcast': '10.77.0.255',
  'mDNS IPv6': 'ff02::fb%eth0',
  'site IPv6': 'ff05::1%eth0',
};
