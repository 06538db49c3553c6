import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const ADDRESS = '169.254.169.254';

/** What clouds answer credentials at, on the loopback of this machine, which pods reach by their route. */
export class MetadataService {
  /** Takes the address. */
  static async start(): Promise<MetadataService> {
    ip('replace');
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // Whoever is killed meanwhile never closes its end.
      socket.end('HTTP/1.1 299 neighbour\r\ncontent-length: 0\r\n\r\n', () => {
        socket.destroySoon();
      });
    });
    server.listen(80, ADDRESS);
    await once(server, 'listening');
    return new MetadataService(server);
  }

  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Gives the address back. */
  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
    ip('delete');
  }
}

const ip = (action: 'replace' | 'delete'): void => {
  execFileSync('ip', ['address', action, `${ADDRESS}/32`, 'dev', 'lo']);
};
