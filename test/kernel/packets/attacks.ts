import { neighbour, pod } from './addresses.ts';
import { probe, run, serve, type Attempt, type Endpoint, type ServerOptions } from './programs.ts';
import { agentEndpoints, INBOUND_PORT, sidecars, users } from './table.ts';
import type { World } from './world.ts';

/** Frames apart from those by which the hosts of a link find each other; no rule decides on ARP. */
export const beyondDiscovery = (frames: readonly string[]): string[] =>
  frames.filter((frame) => frame !== 'arp' && frame !== 'nd');

/** Every port of the sidecars, on every address. */
const stolenEndpoints: readonly Endpoint[] = ['0.0.0.0', '::'].flatMap((address) =>
  Object.values(sidecars).flatMap(({ agentPort, statusPort, dnsPort }) => {
    const tcp = [agentPort, statusPort, ...(dnsPort === undefined ? [] : [dnsPort])];
    const stolen = { address, word: 'impostor' } as const;
    return [
      ...tcp.map((port) => ({ ...stolen, protocol: 'tcp', port }) as const),
      ...(dnsPort === undefined ? [] : [{ ...stolen, protocol: 'udp', port: dnsPort } as const]),
    ];
  }),
);

const attemptsAtStolen = (addresses: readonly string[], patience = 0.5): Attempt[] =>
  addresses.flatMap((address) =>
    stolenEndpoints
      .filter((endpoint) => endpoint.address === '::')
      .map(({ protocol, port }) => ({ protocol, address, port, patience })),
  );

/** User 1000 answers on every port of sidecars that are down: what all users and the neighbour get. */
export async function impersonate(world: World, options: ServerOptions = {}): Promise<Set<string>> {
  const impostor = await serve(world.pod, 1000, stolenEndpoints, options);
  const inside = attemptsAtStolen(['127.0.0.1', '::1', pod.ipv4]);
  const outcomes = await Promise.all([
    ...users.map((user) => probe(world.pod, user, inside)),
    probe(world.neighbour, 'machine', attemptsAtStolen([pod.ipv4])),
  ]);
  await impostor.stop();
  return new Set(outcomes.flat());
}

/**
 * The same with listeners whose queues are full, to which the kernel answers without a socket, and with
 * sockets that are closed at once, for which it repeats without one what was dropped.
 */
export async function impersonateWithoutSocket(world: World): Promise<Set<string>> {
  const impostor = await serve(world.pod, 1000, stolenEndpoints, { backlog: 0 });
  // Longer than the first two repetitions of a segment, after one second and two more.
  const patience = 4;
  const attempts = [1, 2, 3].flatMap(() => attemptsAtStolen([pod.ipv4], patience));
  const outcomes = await probe(world.neighbour, 'machine', attempts);
  await impostor.stop();
  return new Set(outcomes);
}

/**
 * The neighbour opens a connection that the listener of user 1000 does not even refuse, so that it stays
 * open to an answer, and user 1000 opens one the other way between the same ports: what it gets.
 */
export async function openOutward(world: World): Promise<string[]> {
  const listener = await serve(world.pod, 1000, agentEndpoints, { deaf: true });
  await run(world.neighbour, 'machine', 'inject', {
    kind: 'segment',
    source: neighbour.ipv4,
    sourcePort: 443,
    destination: pod.ipv4,
    destinationPort: INBOUND_PORT,
  });
  await listener.stop();
  const { ipv4: address } = neighbour;
  return probe(world.pod, 1000, [{ protocol: 'tcp', address, port: 443, from: INBOUND_PORT }]);
}

/** The neighbour addresses the loopback services of the pod through the link: what it gets. */
export async function enterLoopback(world: World): Promise<Set<string>> {
  const agent = await serve(world.pod, 1000, agentEndpoints);
  world.exec(world.neighbour, 'ip', 'addr', 'del', '127.0.0.1/8', 'dev', 'lo');
  world.exec(world.neighbour, 'ip', 'route', 'add', '127.0.0.1', 'via', pod.ipv4);
  const ports = [...Object.values(sidecars).map(({ agentPort }) => agentPort), 5353, INBOUND_PORT];
  const outcomes = await probe(
    world.neighbour,
    'machine',
    ports.map((port) => ({ protocol: 'tcp', address: '127.0.0.1', port })),
  );
  await agent.stop();
  return new Set(outcomes);
}

/** The neighbour advertises itself as router of a prefix. */
export async function advertise(world: World): Promise<void> {
  await run(world.neighbour, 'machine', 'inject', { kind: 'advertisement', prefix: 'fd99::' });
}
