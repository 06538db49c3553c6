import type { Duplex } from 'node:stream';
import { formatAuthority, normalAddress, type Authority } from 'kars-constructs/contract';
import type { Endpoints } from './dial.ts';
import type { ExchangeWatch } from './exchange-watch.ts';
import type { HostConnection } from './host-connection.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** A connection to a host that has answered, and may be asked again. */
export interface KeptConnection {
  readonly connection: HostConnection;
  readonly watch: ExchangeWatch;
  /** What was in force when it was dialled. */
  readonly inForce: PolicyInForce;
}

/** How many connections are kept, and for how long. */
export interface KeptBounds {
  /** For one connection of the agent; the oldest is closed for a further one. */
  readonly ofClient: number;
  /** For all of them; further ones are closed at once. */
  readonly all: number;
  readonly milliseconds: number;
}

/** Below the five seconds after which many servers close one, so that few requests meet that. */
export const KEPT_SECONDS = 4;

const standard: KeptBounds = { ofClient: 4, all: 256, milliseconds: KEPT_SECONDS * 1000 };

/**
 * Connections to hosts between two requests. One is used again only for the connection of the agent that it
 * was dialled for, the same host and port, an address that the name still has, and the policy that it was
 * dialled by.
 */
export class KeptConnections {
  readonly #bounds: KeptBounds;
  readonly #byClient = new Map<Duplex, Map<string, KeptConnection>>();
  #count = 0;

  constructor(bounds: Partial<KeptBounds> = {}) {
    this.#bounds = { ...standard, ...bounds };
  }

  /** Keeps a connection until it is taken, or closes it. */
  keep(client: Duplex, target: Authority, kept: KeptConnection): void {
    const { socket } = kept.connection;
    if (socket.destroyed || client.destroyed || this.#count >= this.#bounds.all) {
      socket.destroy();
      return;
    }
    const places = this.#byClient.get(client) ?? this.#placesOf(client);
    const place = formatAuthority(target);
    const [oldest] = places.keys();
    const isFull = places.size >= this.#bounds.ofClient && oldest !== undefined;
    for (const one of [place, ...(isFull ? [oldest] : [])]) this.#remove(places, one)?.destroy();
    places.set(place, kept);
    this.#count += 1;
    socket.setTimeout(this.#bounds.milliseconds);
    void kept.connection.begin().then(() => {
      if (places.get(place) === kept) this.#remove(places, place);
    });
  }

  /** The connection to one of these addresses, which is kept no more. Any other of the target is closed. */
  take(
    client: Duplex,
    target: Authority,
    { addresses, port }: Endpoints,
    inForce: PolicyInForce,
  ): KeptConnection | undefined {
    const places = this.#byClient.get(client);
    const place = formatAuthority(target);
    const kept = places?.get(place);
    if (places === undefined || kept === undefined) return undefined;
    const socket = this.#remove(places, place);
    kept.connection.end();
    const { remoteAddress = '', remotePort } = kept.connection.socket;
    const address = normalAddress(remoteAddress);
    const isThere = addresses.some((one) => normalAddress(one.address) === address);
    if (kept.inForce === inForce && isThere && remotePort === port && socket?.destroyed === false) {
      return kept;
    }
    socket?.destroy();
    return undefined;
  }

  /** Closes all. */
  closeAll(): void {
    for (const places of this.#byClient.values()) this.#closeAllOf(places);
  }

  #placesOf(client: Duplex): Map<string, KeptConnection> {
    const places = new Map<string, KeptConnection>();
    this.#byClient.set(client, places);
    client.once('close', () => {
      this.#closeAllOf(places);
      this.#byClient.delete(client);
    });
    return places;
  }

  #closeAllOf(places: Map<string, KeptConnection>): void {
    for (const place of [...places.keys()]) this.#remove(places, place)?.destroy();
  }

  #remove(places: Map<string, KeptConnection>, place: string) {
    const kept = places.get(place);
    if (kept === undefined) return undefined;
    places.delete(place);
    this.#count -= 1;
    return kept.connection.socket;
  }
}
