import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardDocumentOf } from '../../../lib/sandbox/guard/guard-document.ts';
import { neighbour, pod } from './addresses.ts';
import {
  advertise,
  beyondDiscovery,
  enterLoopback,
  impersonate,
  impersonateWithoutSocket,
  openOutward,
} from './attacks.ts';
import { probe, serve, sniff, wrong, type Attempt, type Server } from './programs.ts';
import {
  agentEndpoints,
  confinedUsers,
  evasionCells,
  freeUsers,
  INBOUND_PORT,
  neighbourEndpoints,
  outsideCells,
  podCells,
  rules,
  sidecarEndpoints,
  sidecars,
  users,
  type Families,
} from './table.ts';
import { createWorld, type Backend, type World } from './world.ts';

const backends: readonly (readonly [Backend, Families])[] = [
  ['nft', 'both'],
  ['legacy', 'both'],
  ['legacy without ip6tables', 'IPv4 only'],
];

describe.each(backends)('packets of a pod with %s', (backend, families) => {
  let world: World;
  beforeAll(async () => {
    world = createWorld();
    await serve(world.neighbour, 'machine', neighbourEndpoints());
    const { records } = world.runGuard(guardDocumentOf(rules), backend);
    expect(records.at(-1)).toEqual(expect.objectContaining({ event: 'rules-in-force' }));
  });
  afterAll(() => {
    world.close();
  });

  describe('while every process runs', () => {
    let running: Server[] = [];
    beforeAll(async () => {
      running = await Promise.all([
        ...Object.entries(sidecars).map(([name, { uid }]) =>
          serve(world.pod, uid, sidecarEndpoints(name, families)),
        ),
        serve(world.pod, 1000, agentEndpoints),
      ]);
    });
    afterAll(async () => {
      await Promise.all(running.map(({ stop }) => stop()));
    });

    it.each(users)('user %i gets what the table says', async (user) => {
      const cells = [...outsideCells(user, families), ...podCells(user, families)];
      const frames = await sniff(world.neighbour, async () => {
        expect(await wrong(world.pod, user, cells)).toEqual([]);
      });
      if (!freeUsers.includes(user)) expect(beyondDiscovery(frames)).toEqual([]);
    });

    it.each(confinedUsers)('no way around the redirect takes user %i out', async (user) => {
      const frames = await sniff(world.neighbour, async () => {
        expect(await wrong(world.pod, user, evasionCells())).toEqual([]);
      });
      expect(beyondDiscovery(frames)).toEqual([]);
    });

    it.each(freeUsers)(
      'a lookup of user %i is none of the agent from the same port',
      async (user) => {
        for (const address of families === 'both'
          ? [neighbour.ipv4, neighbour.ipv6]
          : [neighbour.ipv4]) {
          const lookup: Attempt = { protocol: 'udp', address, port: 53, from: 40_000 + user };
          expect(await probe(world.pod, 1000, [lookup])).toEqual(['dns']);
          expect(await probe(world.pod, user, [lookup])).toEqual(['refused']);
          expect(await probe(world.pod, user, [{ ...lookup, from: 50_000 + user }])).toEqual([
            'neighbour',
          ]);
        }
      },
    );

    const addresses = families === 'both' ? [pod.ipv4, pod.ipv6] : [pod.ipv4];

    it('the neighbour reaches status and inbound ports', async () => {
      const open = [
        ...Object.entries(sidecars).map(([word, { statusPort }]) => ({ word, port: statusPort })),
        { word: 'agent', port: INBOUND_PORT },
      ];
      for (const address of addresses) {
        const attempts = open.map(({ port }): Attempt => ({ protocol: 'tcp', address, port }));
        const outcomes = await probe(world.neighbour, 'machine', attempts);
        expect(outcomes).toEqual(open.map(({ word }) => word));
      }
    });

    it('the neighbour reaches nothing else', async () => {
      const attempts = [...addresses, `${pod.linkLocal}%eth0`].flatMap((address): Attempt[] => [
        ...[8443, 8444, 8446, 8447, 5353, 22].map((port): Attempt => ({
          protocol: 'tcp',
          address,
          port,
        })),
        { protocol: 'udp', address, port: 5353 },
        { protocol: 'icmp', address },
      ]);
      const outcomes = await probe(world.neighbour, 'machine', attempts);
      expect(outcomes.filter((one) => one !== 'refused' && one !== 'silence')).toEqual([]);
    });
  });

  it('nothing is opened outward from inside an inbound connection', async () => {
    const frames = await sniff(world.neighbour, async () => {
      expect(await openOutward(world)).toEqual(['refused']);
    });
    expect(beyondDiscovery(frames)).toEqual([]);
  });

  it('nobody answers for a sidecar that is down', async () => {
    expect([...(await impersonate(world))].sort()).toEqual(['refused', 'silence']);
  });

  it('nobody answers with Multipath TCP either', async () => {
    const outcomes = await impersonate(world, { mptcp: true });
    expect([...outcomes].sort()).toEqual(['refused', 'silence']);
  });

  it('nobody answers without a socket', async () => {
    const outcomes = await impersonateWithoutSocket(world);
    expect([...outcomes].sort()).toEqual(['refused', 'silence']);
  });

  it('the neighbour does not reach loopback through the link', async () => {
    expect([...(await enterLoopback(world))]).toEqual(['silence']);
  });

  it('a router advertisement changes nothing', async () => {
    const addresses = (): string => world.exec(world.pod, 'ip', '-6', '-o', 'addr', 'show');
    const routes = (): string => world.exec(world.pod, 'ip', '-6', '-o', 'route', 'show');
    const before = [addresses(), routes()];
    await advertise(world);
    expect([addresses(), routes()]).toEqual(before);
  });
});
