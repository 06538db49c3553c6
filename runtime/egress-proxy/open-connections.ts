import type { Socket } from 'node:net';
import type { Authority, Deny } from 'kars-constructs/contract';
import { decideUse, type ConnectionUse } from '../egress-policy/decide-use.ts';
import type { EgressPolicy } from '../egress-policy/decide.ts';
import type { egressSurfaces } from './surfaces.ts';

/** How a call came in. */
export type Surface = Exclude<keyof typeof egressSurfaces, 'dns'>;

/** A connection to a host, and what it was allowed for. */
export interface OpenConnection {
  readonly surface: Surface;
  readonly target: Authority;
  readonly use: ConnectionUse;
  readonly socket: Socket;
}

/** The connections to hosts, which have to fit every policy that comes into force. */
export class OpenConnections {
  readonly #connections = new Set<OpenConnection>();

  /** Holds a connection until its call has ended. */
  add(connection: OpenConnection, ended: Promise<void>): void {
    this.#connections.add(connection);
    void ended.then(() => this.#connections.delete(connection));
  }

  /** Closes all. */
  closeAll(): void {
    for (const { socket } of this.#connections) socket.destroy();
  }

  /** Closes every connection that a policy does not allow, and gives them with the denial. */
  closeDenied(policy: EgressPolicy | undefined): (OpenConnection & { readonly denial: Deny })[] {
    return [...this.#connections].flatMap((connection) => {
      const decision = decideUse(connection.target, connection.use, policy);
      if (decision.allow) return [];
      connection.socket.destroy();
      return [{ ...connection, denial: decision }];
    });
  }
}
