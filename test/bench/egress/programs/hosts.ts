import { createServer, type Socket } from 'node:net';
import { addresses } from '../../measured/world.ts';
import { ANSWER_BYTES, ports } from '../sites.ts';

/** Every host that the proxies connect to: `hosts.ts`. It answers without looking at what it got. */
const ANSWER = Buffer.alloc(ANSWER_BYTES, 'a');
const HTTP_ANSWER = Buffer.concat([
  Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${ANSWER_BYTES}\r\n\r\n`,
  ),
  ANSWER,
]);
const BULK = Buffer.alloc(256 * 1024, 'b');

const answerOnce = (socket: Socket): void => void socket.once('data', () => socket.write(ANSWER));

/** A client waits for each answer, so that whatever ends with an empty line is a request. */
const answerRequests = (socket: Socket): void =>
  void socket.on('data', (chunk) => {
    const text = chunk.toString('latin1');
    if (!text.endsWith('\r\n\r\n')) return;
    if (/^connection: *close/im.test(text)) socket.end(HTTP_ANSWER);
    else socket.write(HTTP_ANSWER);
  });

const sendWithoutEnd = (socket: Socket): void => {
  const send = (): void => {
    while (!socket.destroyed && socket.write(BULK));
  };
  socket.once('data', send);
  socket.on('drain', send);
};

const services: readonly (readonly [number, (socket: Socket) => void])[] = [
  [ports.http, answerRequests],
  [ports.tls, answerOnce],
  [ports.tcp, answerOnce],
  [ports.bulk, sendWithoutEnd],
];

for (const [port, serve] of services) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    // Without a reader the end of a connection would never be seen.
    socket.resume();
    serve(socket);
  });
  await new Promise<void>((resolve) =>
    server.listen({ port, host: addresses.host, backlog: 4096 }, resolve),
  );
}
process.stdout.write('ready\n');
