import type { Socket } from 'node:net';
import { deny, protocolAt, type Authority, type EgressProtocol } from 'kars-constructs/contract';
import type { Gate } from './gate.ts';
import { alerts } from './tls/alert.ts';
import type { Redirection } from './transparent/accept.ts';
import { denialBytes } from './transparent/serve.ts';

/** Connections that are told at once that they are too many; further ones are reset. */
const MOST_TOLD = 64;

/** How long a program has to take what it is told. */
const TOLD_MILLISECONDS = 1000;

/** Refuses connections that are one more than there may be: each is recorded, and told so in what it speaks. */
export class ConnectionRefusals {
  readonly #gate: Gate;
  readonly #most: number;
  readonly #redirection: Redirection | undefined;
  #told = 0;

  /** @param most connections that there may be at once */
  constructor(gate: Gate, most: number, redirection: Redirection | undefined) {
    this.#gate = gate;
    this.#most = most;
    this.#redirection = redirection;
  }

  /** Refuses one connection. */
  async refuse(socket: Socket): Promise<void> {
    const reason = `${this.#most} connections of the agent are open`;
    const overloaded = deny('KARS_OVERLOADED', 'egress proxy', reason);
    const destination = this.#redirection?.destinationOf(socket) ?? 'direct';
    const surface = destination === 'direct' ? 'connect' : 'transparent';
    socket.on('error', () => socket.destroy());
    if (this.#told >= MOST_TOLD || destination === 'unknown') {
      socket.resetAndDestroy();
      await this.#gate.refuseUnreadable(surface, overloaded);
      return;
    }
    this.#told += 1;
    socket.once('close', () => (this.#told -= 1));
    const denial = await this.#gate.refuseUnreadable(surface, overloaded);
    // What the program sends meanwhile is read, and its end waited for: the kernel would reset otherwise,
    // which overtakes the answer.
    socket.setTimeout(TOLD_MILLISECONDS, () => socket.destroy());
    socket.resume();
    const protocol = destination === 'direct' ? 'http' : this.#protocolOf(destination);
    if (protocol === 'tcp') socket.resetAndDestroy();
    else socket.end(denialBytes(denial, protocol, alerts.internalError));
  }

  #protocolOf(destination: Authority): EgressProtocol {
    const host = this.#redirection?.nameOf(destination.host) ?? destination.host;
    const target = { ...destination, host };
    const decision = this.#gate.decide(target);
    return decision.allow ? decision.protocol : protocolAt(target, target.port);
  }
}
