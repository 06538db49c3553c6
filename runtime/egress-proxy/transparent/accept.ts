import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { deny, type Authority } from 'kars-constructs/contract';
import type { Gate } from '../gate.ts';
import { clientIdle, type Limits } from '../limits.ts';
import type { DestinationReader } from './original-destination.ts';
import { serveTransparent } from './serve.ts';

/** How connections that packet rules redirected are told from those to the proxy itself. */
export interface Redirection {
  readonly destinationOf: DestinationReader;
  /** The name that a synthetic address stands for. */
  readonly nameOf: (address: string) => string | undefined;
}

/** Lets the HTTP parser of a server read a connection. */
export type HttpParser = (socket: Duplex) => void;

/**
 * Takes the connections of a server, so that its parser reads only those that are given to it.
 *
 * @param most how many there are at once; further ones are refused
 */
export function takeConnections(
  server: Server,
  most: number,
  {
    take,
    refuse,
  }: { readonly take: (socket: Socket) => void; readonly refuse: (socket: Socket) => void },
): HttpParser {
  // What `http.createServer` listens with; there is no other way to the parser of a listening server.
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  let open = 0;
  server.on('connection', (socket: Socket) => {
    if (open >= most) {
      refuse(socket);
      return;
    }
    open += 1;
    socket.once('close', () => (open -= 1));
    take(socket);
  });
  return (socket) => {
    for (const parse of listeners) parse.call(server, socket);
  };
}

/** Serves a connection that was redirected, or gives it to the explicit proxy when it was not. */
export async function serveConnection(
  gate: Gate,
  socket: Socket,
  options: {
    readonly redirection: Redirection | undefined;
    readonly parse: HttpParser;
    readonly carryHttp: (client: Duplex, target: Authority) => void;
    readonly bounds: Limits;
  },
): Promise<void> {
  const { redirection, parse, carryHttp, bounds } = options;
  const destination = redirection?.destinationOf(socket) ?? 'direct';
  if (redirection === undefined || destination === 'direct') {
    parse(socket);
    return;
  }
  socket.setTimeout(clientIdle(bounds), () => socket.destroy());
  if (destination === 'unknown') {
    const reason = 'the kernel does not say where the connection wanted to go';
    const denial = deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', reason);
    await gate.refuseUnreadable('transparent', denial);
    socket.resetAndDestroy();
    return;
  }
  const { nameOf } = redirection;
  const { helloMilliseconds } = bounds;
  await serveTransparent(gate, socket, destination, { nameOf, carryHttp, helloMilliseconds });
}
