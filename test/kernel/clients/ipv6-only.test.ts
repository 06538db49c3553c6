import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf, tryCase } from './cases.ts';
import { allowlist, ClientPod } from './client-pod.ts';
import type { Client } from './client.ts';
import { webClients } from './table/web.ts';

describe('a client in a pod without IPv4', () => {
  let pod: ClientPod;
  beforeAll(async () => {
    pod = await ClientPod.open(6);
    const direct = await pod.run(webClients['curl (OpenSSL)'], 'transparent', 'denied.example');
    expect(direct.output).toBe('reached denied.example\n');
    await pod.pod.enforce('nft', allowlist);
  });
  afterAll(() => pod.close());

  it('has names that are addresses of IPv6 alone', async () => {
    const asking: Client = {
      ...webClients['curl (OpenSSL)'],
      command: ({ host }) => ['curl', '-sS', '-o', '/dev/null', '-w', '%{remote_ip}', `https://${host}/`], // prettier-ignore
    };
    const { output } = await pod.run(asking, 'transparent', 'site.example');
    expect(output).toMatch(/^2001:2:0?:[0-9a-f:]+$/);
    const { output: none } = await pod.run(
      { ...asking, command: ({ host }) => ['curl', '-sS4', `https://${host}/`] },
      'transparent',
      'site.example',
    );
    expect(none).toContain('Could not resolve host: site.example');
  });

  describe.each(Object.entries<Client>(webClients))('%s', (_name, client) => {
    it.concurrent.each(casesOf(client, 6))('$name', (one) => tryCase(pod, client, one));
  });
});
