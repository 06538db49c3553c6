import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The port of a listening server. */
export const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
};

/** An HTTP server on loopback that ends with the test. */
export async function httpServer(
  listener: RequestListener,
): Promise<{ port: number; server: Server }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: portOf(server), server };
}

/** A TCP server, on loopback unless it is told where, that sends back what it gets, and ends when the other side ends. */
export async function echoServer(host = '127.0.0.1'): Promise<number> {
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return portOf(server);
}

/**
 * Sends bytes to a port, and gives everything that comes back until the other side ends.
 *
 * @param halfClose whether our side ends at once, which an HTTP server takes as an abort
 */
export async function exchangeRaw(port: number, text: string, halfClose = false): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  if (halfClose) socket.end(text);
  else socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
