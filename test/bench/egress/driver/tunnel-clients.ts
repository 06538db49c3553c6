import { connect, type Socket } from 'node:net';
import { ANSWER_BYTES, ports, usedNames } from '../sites.ts';
import type { Client, Tally } from './load.ts';
import { helloFor } from './hello.ts';

/** A tunnel to a name, as a client asks for it. */
const connectTo = (host: string, port: number): string =>
  `CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`;

const HEAD_END = Buffer.from('\r\n\r\n');

/** Calls back as soon as the proxy has answered 200 and nothing else; fails the tally otherwise. */
export function openTunnel(
  proxy: number,
  target: { readonly host: string; readonly port: number },
  tally: Tally,
  opened: (socket: Socket) => void,
): Socket {
  const socket = connect({ port: proxy, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => (tally.failures += 1));
  socket.once('connect', () => socket.write(connectTo(target.host, target.port)));
  socket.once('data', (head) => {
    // A target that waits for its client says nothing before, so the head is alone.
    if (head.subarray(9, 12).toString('latin1') === '200' && head.subarray(-4).equals(HEAD_END)) {
      opened(socket);
    } else {
      tally.failures += 1;
      socket.destroy();
    }
  });
  return socket;
}

/** One tunnel after the other: opened, used for one exchange, closed. */
export const tunnelClient =
  (port: typeof ports.tls | typeof ports.tcp): Client =>
  async (proxy, tally) => {
    const firstBytes = new Map<string, Buffer>();
    for (const host of usedNames) {
      firstBytes.set(host, port === ports.tls ? await helloFor(host) : Buffer.from('hello'));
    }
    let turn = Math.floor(Math.random() * usedNames.length);
    const next = (): void => {
      const host = usedNames[turn % usedNames.length] ?? '';
      turn += 1;
      let left = ANSWER_BYTES;
      const socket = openTunnel(proxy, { host, port }, tally, () => {
        socket.on('data', (answer) => {
          left -= answer.length;
          if (left === 0) socket.end();
        });
        socket.write(firstBytes.get(host) ?? '');
      });
      socket.once('close', () => {
        if (left === 0) tally.operations += 1;
        // A proxy that refuses all must not be asked in a loop without a pause.
        if (left === 0) next();
        else setTimeout(next, 10);
      });
    };
    next();
  };
