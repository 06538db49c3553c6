import { connect } from 'node:net';
import { ANSWER_BYTES, usedNames } from '../sites.ts';
import type { Client, Tally } from './load.ts';

const requestTo = (host: string): string =>
  `GET http://${host}/path?query=1 HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`;

/**
 * One request after the other to one host, on a connection that is kept, and opened anew where the proxy
 * closes it.
 */
export const forwardClient: Client = (port, tally) => requestsTo(1, port, tally);

/** The same, each to another host than the one before. */
export const spreadClient: Client = (port, tally) => requestsTo(usedNames.length, port, tally);

function requestsTo(hosts: number, port: number, tally: Tally): void {
  const first = Math.floor(Math.random() * usedNames.length);
  let turn = 0;
  const open = (): void => {
    let text = '';
    let isAnswered = false;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const ask = (): void => {
      text = '';
      turn += 1;
      socket.write(requestTo(usedNames[(first + (turn % hosts)) % usedNames.length] ?? ''));
    };
    socket.setEncoding('latin1');
    socket.on('error', () => (tally.failures += 1));
    socket.once('connect', ask);
    socket.on('data', (chunk) => {
      text += String(chunk);
      const end = text.indexOf('\r\n\r\n');
      if (end === -1 || text.length < end + 4 + ANSWER_BYTES) return;
      if (text.startsWith('200', 9)) tally.operations += 1;
      else tally.failures += 1;
      isAnswered = true;
      if (!/^connection: close/im.test(text.slice(0, end))) ask();
    });
    // A proxy that refuses all must not be asked in a loop without a pause.
    socket.once('close', () => (isAnswered ? open() : setTimeout(open, 10)));
  };
  open();
}
