import { once } from 'node:events';
import type { Server } from 'node:http';
import { listeningPort } from '../service/status-server.ts';

/** Servers on the same port of several addresses. */
export interface Listening {
  readonly port: number;
  readonly close: () => void;
}

/**
 * Listens on a port of each host; a redirect in IPv6 arrives at another loopback address than one in
 * IPv4. Port 0 is any port, the same for all.
 */
export async function listenOn(
  hosts: readonly [string, ...string[]],
  port: number,
  create: () => Server,
): Promise<Listening> {
  const [first, ...others] = hosts;
  const server = await listening(create(), first, port);
  const chosen = listeningPort({ server });
  const more = await Promise.all(others.map((host) => listening(create(), host, chosen)));
  return {
    port: chosen,
    close: () => {
      for (const one of [server, ...more]) {
        one.close();
        one.closeAllConnections();
      }
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<Server> {
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}
