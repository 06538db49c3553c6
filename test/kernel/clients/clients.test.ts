import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf, tryCase } from './cases.ts';
import { allowlist, ClientPod } from './client-pod.ts';
import type { Client, Start } from './client.ts';
import { tcpClients } from './table/tcp.ts';
import { toolClients } from './table/tools.ts';
import { webClients } from './table/web.ts';
import { webSocketClients } from './table/websockets.ts';

/** A connection that nobody reads is closed no sooner. */
const KEEP_ALIVE_MILLISECONDS = 30_000;

const clients = { ...webClients, ...webSocketClients, ...toolClients, ...tcpClients };

describe('a client in a pod', () => {
  let pod: ClientPod;
  beforeAll(async () => {
    pod = await ClientPod.open();
    await pod.serveTcp();
    const direct = await pod.run(webClients['curl (OpenSSL)'], 'transparent', 'denied.example');
    expect(direct.output).toBe('reached denied.example\n');
    await pod.pod.enforce('nft', allowlist);
  });
  afterAll(() => pod.close());

  describe.each(Object.entries<Client>(clients))('%s', (_name, client) => {
    it.concurrent.each(casesOf(client))('$name', (one) => tryCase(pod, client, one));
  });

  it('of Java that asks to switch to HTTP/2 without TLS is told that nobody forwards that', async () => {
    const java = webClients['Java HttpClient'];
    const asking = { ...java, command: (start: Start) => java.command(start).with(-1, 'HTTP_2') };
    const { output } = await pod.run(asking, 'transparent', 'site.example', true);
    expect(output).toContain('got Upgrade, which is forwarded for GET and websocket only');
  });

  it.each(['explicit', 'transparent'] as const)(
    'of curl that sends more than its host reads is rid of it, %s',
    async (way) => {
      const upload = 'head -c 8000000 /dev/zero | curl -sS --data-binary @- "$0"';
      const curl: Client = {
        ...webClients['curl (OpenSSL)'],
        command: ({ host }) => ['sh', '-c', upload, `http://${host}/`],
      };
      const began = performance.now();
      expect(await pod.run(curl, way, 'site.example', true)).toEqual({
        code: 0,
        output: 'reached site.example\n',
      });
      expect(performance.now() - began).toBeLessThan(KEEP_ALIVE_MILLISECONDS);
    },
  );
});
