import type { Socket } from 'node:net';

/** A connection to a host, which is there for one thing after the other: a call, to be kept, a further call. */
export class HostConnection {
  readonly socket: Socket;
  #ended: (() => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    // The only one for all who wait, since each listener of a socket costs.
    socket.once('close', () => this.end());
  }

  /** Begins a use; what is given is fulfilled at its end, which is that of the connection at the latest. */
  begin(): Promise<void> {
    if (this.socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  /** Ends the use; the connection goes on. */
  end(): void {
    this.#ended?.();
    this.#ended = undefined;
  }
}
