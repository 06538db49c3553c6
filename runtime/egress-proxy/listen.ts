import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type Server as TcpServer } from 'node:net';
import { listeningPort } from '../service/status-server.ts';

/** A server on the same port of several addresses. */
export interface Listening {
  readonly port: number;
  readonly close: () => void;
}

/**
 * Lets a server listen on a port of each host: a redirect in IPv6 arrives at another loopback address
 * than one in IPv4. Its limits are for all of them together. Port 0 is any port, the same for all.
 */
export async function listenOn(
  hosts: readonly [string, ...string[]],
  port: number,
  server: Server,
): Promise<Listening> {
  const [first, ...others] = hosts;
  await listening(server, first, port);
  const chosen = listeningPort({ server });
  const options = { allowHalfOpen: true, noDelay: true };
  const more = await Promise.all(
    others.map((host) =>
      listening(
        createServer(options, (socket) => server.emit('connection', socket)),
        host,
        chosen,
      ),
    ),
  );
  return {
    port: chosen,
    close: () => {
      for (const one of [server, ...more]) one.close();
      server.closeAllConnections();
    },
  };
}

async function listening<S extends TcpServer>(server: S, host: string, port: number): Promise<S> {
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}
