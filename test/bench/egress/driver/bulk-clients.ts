import { connect } from 'node:net';
import { ports, usedNames } from '../sites.ts';
import type { Client } from './load.ts';

/** Reads what a host sends without end through one tunnel. */
export const bulkClient: Client = (port, tally) => {
  const host = usedNames[Math.floor(Math.random() * usedNames.length)] ?? '';
  const authority = `${host}:${ports.bulk}`;
  let isOpen = false;
  const socket = connect({
    port,
    host: '127.0.0.1',
    // One buffer for all that is read, so that the driver is not what is measured.
    onread: {
      buffer: Buffer.alloc(256 * 1024),
      callback: (length, buffer) => {
        if (isOpen) {
          tally.bytes += length;
          tally.operations += 1;
        } else {
          isOpen = true;
          if (Buffer.from(buffer).toString('latin1', 9, 12) !== '200') tally.failures += 1;
          socket.write('send');
        }
        return true;
      },
    },
  });
  socket.on('error', () => (tally.failures += 1));
  socket.once('close', () => (tally.failures += 1));
  socket.once('connect', () =>
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`),
  );
};
