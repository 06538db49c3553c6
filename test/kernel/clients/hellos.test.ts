import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe } from 'vitest';
import { itAgreesWithServers, itIsRead } from '../../runtime/egress-proxy/tls/hello-properties.ts';
import { readRecord } from '../../runtime/egress-proxy/tls/hellos.ts';
import { portOf } from '../../support/servers.ts';
import { endAll } from '../running.ts';
import { environmentOf, type Client } from './client.ts';
import { stageSite, type Stage } from './site/stage.ts';
import { chromium } from './table/chromium.ts';
import { webClients } from './table/web.ts';

const NAME = 'site.example';
const MUTATIONS = 300;
const MOST_MILLISECONDS = 30_000;

/** Clients with a TLS of their own, and whether they add an encrypted part. */
const stacks: readonly (readonly [string, Client, boolean])[] = [
  ['GnuTLS', webClients['wget (GnuTLS)'], false],
  ['Go', webClients['Go net/http'], false],
  ['Java', webClients['Java HttpClient'], false],
  ['BoringSSL', chromium, true],
];

describe('a ClientHello', () => {
  let root: string;
  let stage: Stage;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'kars-hellos-'));
    stage = stageSite(root, 0);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** The first bytes that a client sends into a tunnel. */
  async function capture(client: Client): Promise<Buffer> {
    const directory = join(root, 'client');
    mkdirSync(directory);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxyPort = portOf(server);
    const start = {
      host: NAME,
      way: 'explicit',
      isPlain: false,
      proxyPort,
      stage,
      directory,
    } as const;
    const [program = '', ...args] = client.command(start);
    const env = environmentOf(client, start);
    const child = spawn(program, args, { cwd: directory, env, stdio: 'ignore' });
    try {
      const [, socket] = (await once(server, 'connect', {
        signal: AbortSignal.timeout(MOST_MILLISECONDS),
      })) as [IncomingMessage, Duplex];
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const bytes = await readRecord(socket);
      socket.destroy();
      return bytes;
    } finally {
      server.close();
      server.closeAllConnections();
      // A browser that is killed leaves processes which still write into its directory.
      await once(child, 'close', { signal: AbortSignal.timeout(MOST_MILLISECONDS) }).catch(() =>
        endAll([child]),
      );
      rmSync(directory, { recursive: true, force: true });
    }
  }

  describe.each(stacks)('of %s', (_name, client, hasEncryptedHello) => {
    let captured: Buffer;
    beforeAll(async () => {
      captured = await capture(client);
    });

    itIsRead(() => Promise.resolve(captured), { serverName: NAME, hasEncryptedHello });
    itAgreesWithServers(() => Promise.resolve(captured), NAME, MUTATIONS);
  });
});
