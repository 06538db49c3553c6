import { createServer, type Server } from 'node:http';
import type { Log } from '../service/log.ts';
import { forward } from './forward.ts';
import type { Gate } from './gate.ts';
import { limits } from './limits.ts';
import { tunnel } from './tunnel.ts';

/** The explicit proxy: CONNECT, and absolute-form HTTP/1.1. */
export function createProxyServer(gate: Gate, log: Log): Server {
  const failed = (error: unknown): void =>
    log.error('call-failed', { error: error instanceof Error ? error.message : String(error) });
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headerMilliseconds,
      keepAliveTimeout: limits.keepAliveMilliseconds,
      requestTimeout: 0,
      insecureHTTPParser: false,
      noDelay: true,
    },
    (request, response) => {
      forward(gate, request, response).catch((error: unknown) => {
        failed(error);
        response.destroy();
      });
    },
  );
  server.maxConnections = limits.connections;
  server.on('connect', (request, socket, head) => {
    tunnel(gate, request, socket, head).catch((error: unknown) => {
      failed(error);
      socket.destroy();
    });
  });
  server.on('connection', (socket) => {
    socket.setTimeout(limits.idleMilliseconds, () => socket.destroy());
  });
  return server;
}
