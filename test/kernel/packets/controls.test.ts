import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardDocumentOf } from '../../../lib/sandbox/guard/guard-document.ts';
import { isMapped, neighbour } from './addresses.ts';
import {
  advertise,
  beyondDiscovery,
  enterLoopback,
  impersonate,
  impersonateWithoutSocket,
  openOutward,
} from './attacks.ts';
import { probe, serve, sniff, wrong } from './programs.ts';
import {
  evasionCells,
  neighbourEndpoints,
  outsideCells,
  rules,
  sidecarEndpoints,
} from './table.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await serve(world.neighbour, 'machine', neighbourEndpoints());
});
afterEach(() => {
  world.close();
});

const evade = async (): Promise<string[]> =>
  beyondDiscovery(
    await sniff(world.neighbour, async () => {
      await wrong(world.pod, 1000, evasionCells());
    }),
  );

describe('without the guard', () => {
  it('every refusal of the table is a pass', async () => {
    const cells = outsideCells(1000, 'both').filter(
      ({ attempt: { protocol, address } }) =>
        protocol === 'tcp' || protocol === 'udp' || (protocol === 'icmp' && !isMapped(address)),
    );
    const passing = cells.map((cell) => ({ ...cell, allowed: ['neighbour', 'echo'] }));
    expect(await wrong(world.pod, 1000, passing)).toEqual([]);
  });

  it('datagrams and reports about groups leave', async () => {
    const frames = await evade();
    expect(frames).toEqual(
      expect.arrayContaining([
        '17>224.0.0.251',
        '17>ff02::fb',
        '17>255.255.255.255',
        '2>224.0.0.22',
      ]),
    );
  });

  it('anybody answers for a sidecar that is down', async () => {
    expect(await impersonate(world)).toContain('impostor');
  });

  it('a router advertisement gives the pod an address', async () => {
    await advertise(world);
    expect(world.exec(world.pod, 'ip', '-6', '-o', 'addr', 'show')).toContain('fd99::');
  });
});

/** Puts the rules into force without the lines from one that matches `first` to one that matches `last`. */
function guardWithout(first: RegExp, last = first): void {
  const document = guardDocumentOf(rules);
  let isLeftOut = false;
  const kept = document.nft.split('\n').filter((line) => {
    isLeftOut ||= first.test(line);
    const isKept = !isLeftOut;
    if (last.test(line)) isLeftOut = false;
    return isKept;
  });
  const nft = kept.join('\n').replace('\n\n}\n', '\n}\n');
  expect(nft).not.toBe(document.nft);
  const { records } = world.runGuard({ ...document, nft }, 'nft');
  expect(records.at(-1)).toEqual(expect.objectContaining({ event: 'rules-in-force' }));
}

describe('without one rule', () => {
  it('about ports and their owners, anybody answers for a sidecar', async () => {
    guardWithout(/jump senders/);
    expect(await impersonate(world)).toContain('impostor');
  });

  it('about establishing, a full listener answers for a sidecar', async () => {
    guardWithout(/syn == syn drop/);
    expect(await impersonateWithoutSocket(world)).toContain('impostor');
  });

  it('about leaving, a socket bound to the link sends what was redirected', async () => {
    guardWithout(/^\tchain leaving/, /^\t}/);
    expect(await evade()).toContain('6>127.0.0.1');
  });

  it('about opening segments, a connection outward passes for an answer', async () => {
    guardWithout(/fin,syn,rst,ack/);
    expect(await openOutward(world)).toEqual(['neighbour']);
  });

  it('about what was redirected, the lookup of a sidecar goes where the agent’s went', async () => {
    guardWithout(/ct status dnat meta skuid/);
    await serve(world.pod, 1002, sidecarEndpoints('proxy', 'both'));
    const lookup = { protocol: 'udp', address: neighbour.ipv4, port: 53, from: 40_000 } as const;
    expect(await probe(world.pod, 1000, [lookup])).toEqual(['dns']);
    expect(await probe(world.pod, 1001, [lookup])).toEqual(['dns']);
  });

  it('about loopback addresses, the neighbour reaches a program there', async () => {
    guardWithout(/^\t\tip6? daddr (127.0.0.0\/8|::1) drop/);
    expect(await enterLoopback(world)).toContain('agent');
  });
});
