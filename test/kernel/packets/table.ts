import { processes, type ProcessRow } from '../../../lib/contract/process.ts';
import { packetRules } from '../../../lib/sandbox/guard/packet-rules.ts';
import { groups, isMapped, isScoped, outside, pod } from './addresses.ts';
import type { Attempt, Cell, Endpoint } from './programs.ts';

/** Which IP families reach the pod's neighbour once the guard has run. */
export type Families = 'both' | 'IPv4 only';

/** Port of the agent that may be reached from outside. */
export const INBOUND_PORT = 3000;

const meshBridge: ProcessRow = { uid: 1003, agentPort: 8446, statusPort: 9082 };
const meshClient: ProcessRow = {
  uid: 1004,
  agentPort: 8447,
  statusPort: 9083,
  reaches: [meshBridge.agentPort],
};

/** Every sidecar, those of the mesh included. */
export const sidecars: Readonly<Record<string, ProcessRow>> = {
  router: processes.router,
  proxy: processes['egress-proxy'],
  bridge: meshBridge,
  client: meshClient,
};

/** The rules of a pod with all sidecars and one inbound port. */
export const rules = packetRules({
  sidecars: Object.values(sidecars),
  proxy: processes['egress-proxy'],
  inboundPorts: [INBOUND_PORT],
});

/** Users of the table: root without capabilities, the agent, every sidecar, and one that nobody knows. */
export const users = [0, 1000, 1001, 1002, 1003, 1004, 12_345] as const;

/** Users that the rules let out of the pod. */
export const freeUsers: readonly number[] = [1001, 1002, 1003];

/** Users that may reach nothing but what listens in the pod. */
export const confinedUsers = users.filter((user) => !freeUsers.includes(user));

const TCP_PORTS = [80, 443, 53, 22, 8443, 8444, 9080];
const UDP_PORTS = [53, 443, 123, 5353];
const DENIED = ['refused', 'silence'];
const NO_SOCKET = ['unavailable', ...DENIED];

/** What the neighbour serves, so that whatever arrives is answered. */
export function neighbourEndpoints(): Endpoint[] {
  const addresses = Object.values(outside).filter((address) => !isMapped(address));
  return addresses.flatMap((address) => [
    ...TCP_PORTS.map((port) => ({ protocol: 'tcp', address, port, word: 'neighbour' }) as const),
    ...UDP_PORTS.map((port) => ({ protocol: 'udp', address, port, word: 'neighbour' }) as const),
  ]);
}

/** What one sidecar serves: the agent on loopback, its status on the addresses of the pod. */
export function sidecarEndpoints(name: string, families: Families): Endpoint[] {
  const row = sidecars[name];
  if (row === undefined) throw new Error(`no sidecar ${name}`);
  const [status, loopback] =
    families === 'both'
      ? [
          [pod.ipv4, pod.ipv6],
          ['127.0.0.1', '::1'],
        ]
      : [[pod.ipv4], ['127.0.0.1']];
  return [
    ...loopback.flatMap((address): Endpoint[] => [
      { protocol: 'tcp', address, port: row.agentPort, word: name },
      ...(row.dnsPort === undefined
        ? []
        : [
            { protocol: 'tcp' as const, address, port: row.dnsPort, word: 'dns' },
            { protocol: 'udp' as const, address, port: row.dnsPort, word: 'dns' },
          ]),
    ]),
    ...status.map((address): Endpoint => ({
      protocol: 'tcp',
      address,
      port: row.statusPort,
      word: name,
    })),
  ];
}

/** What the agent serves, which may be reached from outside. */
export const agentEndpoints: readonly Endpoint[] = ['0.0.0.0', '::'].map((address) => ({
  protocol: 'tcp',
  address,
  port: INBOUND_PORT,
  word: 'agent',
}));

/** What a user may expect of everything outside the pod. */
export function outsideCells(user: number, families: Families): Cell[] {
  return Object.entries(outside).flatMap(([name, address]) => {
    const isReachable = families === 'both' || !address.includes(':') || isMapped(address);
    const expect = (protocol: Attempt['protocol'], port?: number): readonly string[] => {
      if (protocol === 'sctp' || protocol === 'raw-icmp') return NO_SOCKET;
      if (!isReachable || (protocol === 'icmp' && isMapped(address))) return NO_SOCKET;
      if (freeUsers.includes(user)) return [protocol === 'icmp' ? 'echo' : 'neighbour'];
      // What is bound to the link by its address cannot be redirected to loopback.
      if (user === meshClient.uid || protocol === 'icmp' || isScoped(address)) return NO_SOCKET;
      if (port === 53) return ['dns'];
      return protocol === 'udp' ? DENIED : ['proxy'];
    };
    const cell = (protocol: Attempt['protocol'], port?: number): Cell => ({
      name: `${protocol}${port === undefined ? '' : ` ${port}`} to ${name}`,
      attempt: { protocol, address, ...(port === undefined ? {} : { port }) },
      allowed: expect(protocol, port),
    });
    return [
      ...TCP_PORTS.map((port) => cell('tcp', port)),
      ...UDP_PORTS.map((port) => cell('udp', port)),
      cell('mptcp', 443),
      cell('sctp', 443),
      cell('icmp'),
      cell('raw-icmp'),
    ];
  });
}

/** Ways around the redirect; all of them end in the pod. */
export function evasionCells(): Cell[] {
  const targets = ['203.0.113.10', '2001:db8:77::10', '10.77.0.1', '127.0.0.1', '::1', '127.9.9.9'];
  const bound = targets.flatMap((address): Attempt[] => [
    ...[443, 8444, 5353].map((port): Attempt => ({ protocol: 'tcp', address, port })),
    ...[53, 5353, 8444].map((port): Attempt => ({ protocol: 'udp', address, port })),
    { protocol: 'icmp', address },
  ]);
  const routed = ['127.0.0.1', pod.ipv4, '10.77.0.1'].flatMap((via): Attempt[] => [
    { protocol: 'tcp', address: '203.0.113.10', port: 443, via },
    { protocol: 'udp', address: '203.0.113.10', port: 123, via },
  ]);
  const segments = ['::1', pod.ipv6, 'fd77::1'].flatMap((via): Attempt[] =>
    (['tcp', 'mptcp', 'udp', 'udp-lite'] as const).map((protocol) => ({
      protocol,
      address: '2001:db8:77::10',
      port: 443,
      via,
    })),
  );
  const odd = ['203.0.113.10', '2001:db8:77::10'].flatMap((address): Attempt[] => [
    { protocol: 'fast-open', address, port: 443 },
    ...[53, 443].map((port): Attempt => ({ protocol: 'udp-lite', address, port })),
  ]);
  const multicast = Object.values(groups).flatMap((address): Attempt[] => [
    ...[53, 123, 5353].map((port): Attempt => ({ protocol: 'udp', address, port })),
    { protocol: 'icmp', address },
  ]);
  const joins = ['224.0.0.251', '239.9.9.9', 'ff02::fb%eth0', 'ff05::9%eth0'].map(
    (address): Attempt => ({ protocol: 'join', address }),
  );
  const anything = [...NO_SOCKET, 'proxy', 'dns', 'joined'];
  return [
    ...bound.map((attempt) => ({ ...attempt, device: 'eth0' })),
    ...routed,
    ...segments,
    ...odd,
    ...multicast,
    ...joins,
  ].map((attempt) => ({
    name: `${attempt.protocol} ${attempt.port ?? ''} to ${attempt.address} bound to ${attempt.device ?? 'nothing'} via ${attempt.via ?? 'nothing'}`,
    attempt,
    allowed: anything,
  }));
}

/** What a user may expect of the pod itself. */
export function podCells(user: number, families: Families): Cell[] {
  const mapped = ['127.0.0.1', pod.ipv4].map((address) => `::ffff:${address}`);
  const loopback = ['127.0.0.1', '::1', ...mapped.slice(0, 1)];
  const own = [pod.ipv4, pod.ipv6, ...mapped.slice(1)];
  const isGone = (address: string): boolean =>
    families === 'IPv4 only' && address.includes(':') && !isMapped(address);
  const isDenied = (address: string, port: number): boolean =>
    isGone(address) || (user === meshClient.uid && port !== meshBridge.agentPort);
  const cell = (address: string, port: number, allowed: readonly string[]): Cell => ({
    name: `tcp ${port} to ${address}`,
    attempt: { protocol: 'tcp', address, port },
    allowed: isDenied(address, port) ? DENIED : allowed,
  });
  return Object.entries(sidecars).flatMap(([name, row]) => [
    ...loopback.map((address) => cell(address, row.agentPort, [name])),
    ...own.map((address) => cell(address, row.agentPort, DENIED)),
    ...[...loopback, ...own].map((address) => cell(address, row.statusPort, DENIED)),
    ...[...loopback, ...own].map((address) => cell(address, INBOUND_PORT, ['agent'])),
  ]);
}
