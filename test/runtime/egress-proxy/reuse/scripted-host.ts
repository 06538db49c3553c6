import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from '../../../support/servers.ts';

/** Answers one request; connections and the requests of each are counted from 0. */
export type Script = (call: {
  readonly socket: Socket;
  readonly text: string;
  readonly connection: number;
  readonly request: number;
}) => void;

/** A host that says whatever it is told to. */
export interface ScriptedHost {
  readonly port: number;
  /** First lines of the requests of each connection. */
  readonly seen: readonly (readonly string[])[];
  /** Connections that are open. */
  readonly open: () => number;
}

export async function scriptedHost(
  script: Script,
  address = '127.0.0.1',
  at = 0,
): Promise<ScriptedHost> {
  const seen: string[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const requests: string[] = [];
    const connection = seen.push(requests) - 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (!text.includes('\r\n\r\n')) return;
      const request = requests.push(text.split('\r\n')[0] ?? '') - 1;
      script({ socket, text, connection, request });
      text = '';
    });
  });
  server.listen(at, address);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: portOf(server), seen, open: () => sockets.size };
}

/** An answer of HTTP with a length. */
export const answer = (body: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;

/** One connection of a client to the proxy, on which one request follows the other. */
export class Client {
  readonly #socket: Socket;
  #text = '';

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk) => {
      this.#text += String(chunk);
    });
    onTestFinished(() => this.close());
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends a request, and gives what has come back when it holds `until`, or when the proxy closes. */
  async ask(
    path: string,
    until: string,
    { method = 'GET', host = 'site.example', rest = '\r\n' } = {},
  ): Promise<string> {
    this.#text = '';
    this.#socket.write(`${method} http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n${rest}`);
    while (!this.#text.includes(until) && !this.#socket.closed) {
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')]);
    }
    return this.#text;
  }
}
