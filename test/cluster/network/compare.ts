import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { passes, type Packet, type Peer } from './engine.ts';
import { open, ports, type Port } from './table.ts';
import { places, type Name, type Place } from './world.ts';

const names = Object.keys(places) as Name[];

const families = ['ipv4', 'ipv6'] as const;

interface Cell {
  readonly text: string;
  readonly packet: Packet;
  readonly isOpen: boolean;
}

const peers: Peer[] = [];

const cells: readonly Cell[] = families.flatMap((family) => {
  const present = names.flatMap((name) => {
    const place: Place = places[name];
    const ip = place[family];
    if (ip === undefined) return [];
    peers.push({ ip, ...(place.pod === undefined ? {} : { pod: place.pod }) });
    return [{ name, index: peers.length - 1 }];
  });
  return present.flatMap((from) =>
    present
      .filter((to) => to !== from)
      .flatMap((to) =>
        ports.map((port): Cell => {
          const [protocol = '', number = ''] = port.split(' ');
          return {
            text: `${from.name} to ${to.name} ${port} ${family}`,
            packet: {
              from: from.index,
              to: to.index,
              protocol: protocol.toUpperCase(),
              port: Number(number),
            },
            isOpen: isOpen(from.name, to.name, port),
          };
        }),
      ),
  );
});

function isOpen(from: Name, to: Name, port: Port): boolean {
  const concerns = [from, to].some((name) => {
    const place: Place = places[name];
    return place.pod?.namespace.match(/^kars-[abcd]$/);
  });
  return !concerns || open[from]?.[to]?.includes(port) === true;
}

/** Where policies do other than the table says, as a list of `opens` and `closes`. */
export function differences(policies: readonly NetworkPolicy[]): string[] {
  const outcomes = passes(
    policies,
    peers,
    cells.map(({ packet }) => packet),
  );
  return cells.flatMap(({ text, isOpen }, index) => {
    const passed = outcomes[index] === true;
    return passed === isOpen ? [] : [`${passed ? 'opens' : 'closes'} ${text}`];
  });
}

/** How many answers there are. */
export const count = cells.length;
