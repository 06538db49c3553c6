import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createWebServer, type Server as WebServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { WebSocketServer } from 'ws';
import { servePostgres } from './postgres.ts';
import { serveWeb } from './web.ts';

/** Everything that clients ask for, on the usual ports of the given addresses. */
const [key = '', cert = '', root = '', ...addresses] = process.argv.slice(2);

const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', (socket) => {
  socket.once('message', (data: Buffer) => socket.send(`the site heard: ${data.toString()}`));
});

function withSockets(server: Pick<WebServer, 'on'> & Server): Server {
  server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client)),
  );
  return server;
}

const web = serveWeb(root);
const ports: readonly (readonly [number, () => Server])[] = [
  [80, () => withSockets(createWebServer(web))],
  [443, () => withSockets(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, web))], // prettier-ignore
  [5432, () => createServer(servePostgres)],
];

for (const host of addresses) {
  for (const [port, create] of ports) {
    const server = create();
    server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
    server.listen(port, host);
    await once(server, 'listening');
  }
}
process.stdout.write('ready\n');
