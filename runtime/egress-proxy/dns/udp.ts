import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Log } from '../../service/log.ts';
import type { Responder } from './responder.ts';

/**
 * Answers messages over UDP.
 *
 * @returns ends it
 * @throws Error when it cannot listen there.
 */
export async function listenUdp(
  responder: Pick<Responder, 'reply'>,
  { host, port }: { readonly host: string; readonly port: number },
  log: Log,
): Promise<() => Promise<void>> {
  const socket = isIPv6(host)
    ? createSocket({ type: 'udp6', ipv6Only: true })
    : createSocket('udp4');
  const listening = once(socket, 'listening');
  socket.bind({ port, address: host, exclusive: true });
  await listening;
  let isClosed = false;
  // A reply that cannot be sent is asked for again.
  socket.on('error', (error) => log.error('dns-failed', { error: error.message }));
  socket.on('message', (bytes, peer) => {
    void responder.reply(bytes, 'udp').then((reply) => {
      if (reply === undefined || isClosed) return;
      socket.send(reply, peer.port, peer.address, () => undefined);
    });
  });
  return async () => {
    isClosed = true;
    socket.close();
    await once(socket, 'close');
  };
}
