import type { Socket } from 'node:net';
import type { DnsLimits } from './limits.ts';
import type { Responder } from './responder.ts';

const PREFIX_BYTES = 2;

/**
 * Answers the messages of one connection, each behind its length and as soon as it is known.
 *
 * @see RFC 7766
 */
export function serveConnection(socket: Socket, responder: Responder, bounds: DnsLimits): void {
  let received: Buffer = Buffer.alloc(0);
  let waiting = 0;
  let hasEnded = false;
  // Bytes that come one at a time keep no connection open: only a whole query or a reply does.
  const idle = setTimeout(() => socket.destroy(), bounds.idleMilliseconds);

  const send = (reply: Buffer): void => {
    const length = Buffer.alloc(PREFIX_BYTES);
    length.writeUInt16BE(reply.length);
    socket.write(Buffer.concat([length, reply]), (error) => {
      if (error === undefined || error === null) idle.refresh();
    });
  };
  const answer = async (bytes: Buffer): Promise<void> => {
    waiting += 1;
    const reply = await responder.reply(bytes, 'tcp');
    waiting -= 1;
    if (socket.destroyed) return;
    if (reply !== undefined) send(reply);
    take();
  };
  /** Takes whole messages out of what was received, as many as may wait. */
  const take = (): void => {
    while (!isFull() && received.length >= PREFIX_BYTES) {
      const length = received.readUInt16BE(0);
      if (length > bounds.queryBytes) {
        responder.dropped();
        socket.destroy();
        return;
      }
      if (received.length < PREFIX_BYTES + length) break;
      const message = received.subarray(PREFIX_BYTES, PREFIX_BYTES + length);
      received = received.subarray(PREFIX_BYTES + length);
      idle.refresh();
      void answer(message);
    }
    if (isFull()) socket.pause();
    else if (!hasEnded) socket.resume();
    else if (waiting === 0) socket.end();
  };
  /** What is not read by the other side is no reason to keep more of it. */
  const isFull = (): boolean => waiting >= bounds.pipelinedQueries || socket.writableNeedDrain;

  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    take();
  });
  socket.on('drain', take);
  socket.on('end', () => {
    hasEnded = true;
    take();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(idle));
}
