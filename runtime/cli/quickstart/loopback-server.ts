import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { AGENT_HOST } from 'kars-constructs/contract';
import { listeningPort } from '../../service/status-server.ts';

/** A server of the demonstration. */
export interface LoopbackServer {
  readonly port: number;
  readonly close: () => void;
}

/** Serves on a free port of the loopback interface. */
export async function serveOnLoopback(listener: RequestListener): Promise<LoopbackServer> {
  const server = createServer(listener);
  server.listen(0, AGENT_HOST);
  await once(server, 'listening');
  return {
    port: listeningPort({ server }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The whole body of a request of the demonstration, at most 1 MiB. */
export async function readBody(request: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > 1024 * 1024) throw new Error('a body of the demonstration is over 1 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
