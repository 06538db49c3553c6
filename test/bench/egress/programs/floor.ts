import { lookup } from 'node:dns/promises';
import { Agent, createServer, request as send } from 'node:http';
import { connect } from 'node:net';

/**
 * The least that a proxy in Node.js does: no list, no check, no record, each name looked up once:
 * `floor.ts PORT`.
 */
const [port = 0] = process.argv.slice(2).map(Number);

const known = new Map<string, Promise<string>>();
const addressOf = (name: string): Promise<string> => {
  const address = known.get(name) ?? lookup(name, 4).then((found) => found.address);
  known.set(name, address);
  return address;
};

const agent = new Agent({ keepAlive: true });

const server = createServer((request, response) => {
  const { host, hostname, port: digits, pathname, search } = new URL(request.url ?? '');
  void addressOf(hostname).then((address) => {
    const upstream = send(
      {
        agent,
        host: address,
        port: Number(digits || 80),
        method: request.method ?? 'GET',
        path: `${pathname}${search}`,
        headers: { ...request.headers, host },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
});
server.on('connect', (request, client, head) => {
  const [name = '', digits] = (request.url ?? '').split(':');
  void addressOf(name).then((host) => {
    const socket = connect({ host, port: Number(digits), allowHalfOpen: true, noDelay: true });
    client.on('error', () => socket.destroy());
    socket.on('error', () => client.destroy());
    socket.once('connect', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) socket.write(head);
      client.pipe(socket);
      socket.pipe(client);
    });
  });
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 });
