import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Log } from '../../service/log.ts';
import { listeningPort } from '../../service/status-server.ts';
import type { DnsLimits } from './limits.ts';
import type { Responder } from './responder.ts';
import { serveConnection } from './tcp-connection.ts';
import { listenUdp } from './udp.ts';

/** A DNS server that listens. */
export interface DnsServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Where and how a DNS server listens. */
export interface DnsServerOptions {
  readonly responder: Responder;
  /** Addresses; the first one gets the port, the others the same. */
  readonly hosts: readonly string[];
  /** 0 lets the system choose. */
  readonly port: number;
  readonly bounds: DnsLimits;
  readonly log: Log;
}

/**
 * Listens on UDP and TCP at all addresses.
 *
 * @throws Error when one of them cannot be had; nothing listens then.
 */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(ends.map((end) => end()));
  };
  let { port } = options;
  try {
    for (const host of options.hosts) {
      const { server, end } = await listenTcp(options, host, port);
      ends.push(end);
      port = listeningPort({ server });
      ends.push(await listenUdp(options.responder, { host, port }, options.log));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port, close };
}

async function listenTcp(
  { responder, bounds }: DnsServerOptions,
  host: string,
  port: number,
): Promise<{ readonly server: Server; readonly end: () => Promise<void> }> {
  const open = new Set<{ destroy(): unknown }>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serveConnection(socket, responder, bounds);
  });
  server.maxConnections = bounds.connections;
  server.on('drop', () => void responder.tooManyConnections());
  server.listen({ host, port, ipv6Only: true, exclusive: true });
  await once(server, 'listening');
  const end = async (): Promise<void> => {
    server.close();
    for (const socket of open) socket.destroy();
    await once(server, 'close');
  };
  return { server, end };
}
