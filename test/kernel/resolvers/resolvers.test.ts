import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { asUser, mayRead } from '../as-user.ts';
import { directoryOf } from '../clients/programs/built.ts';
import { neighbour } from '../packets/addresses.ts';
import { serve } from '../packets/programs.ts';
import { ProxiedPod } from '../proxied-pod.ts';
import { runIn, type Ended } from '../running.ts';
import { JavaClient } from './java-client.ts';

const PORT = 7000;

const entries = ['10.77.0.0/28', 'fd77::/64']
  .map((cidr) => ({ cidr, port: PORT }) as const)
  .flatMap((range) => [range, { host: 'site.example', port: PORT }]);

/** What a kubelet writes, by which most names are looked up four times. */
const ofPod = [
  'search agents.svc.cluster.local svc.cluster.local cluster.local',
  'options ndots:5',
];

/** Programs that look a name up, connect to its first address and print both; and what they say when there is none. */
const resolvers = {
  glibc: {
    command: [join(directoryOf('glibc'), 'resolve')],
    refused: 'denied.example: Name or service not known',
  },
  musl: {
    command: [join(directoryOf('musl'), 'resolve')],
    refused: 'denied.example: Name does not resolve',
  },
  Go: {
    command: [join(directoryOf('go'), 'client'), 'connect'],
    refused: 'lookup denied.example on NAMESERVER:53: no such host',
  },
} as const;

const families = {
  4: { resolver: neighbour.ipv4, first: /^\[?(198\.1[89]\.\d+\.\d+)\]?\n/ },
  6: { resolver: neighbour.ipv6, first: /^\[?(2001:2:0?:[0-9a-f:]+)\]?\n/ },
} as const;

async function openPod(family: 4 | 6): Promise<ProxiedPod> {
  const { resolver } = families[family];
  const addresses = ['site.example', 'denied.example'].map((name) => `${resolver} ${name}`);
  const pod = await ProxiedPod.open({
    hosts: addresses.join('\n'),
    resolver,
    resolverLines: ofPod,
  });
  if (family === 6) pod.world.exec(pod.world.pod, 'ip', '-4', 'addr', 'flush', 'dev', 'eth0');
  const word = 'word of the site';
  await serve(pod.world.neighbour, 'machine', [
    { protocol: 'tcp', address: resolver, port: PORT, word },
  ]);
  await pod.enforce('nft', { entries });
  return pod;
}

describe.each([4, 6] as const)('in a pod with IPv%i, a name is looked up', (family) => {
  const { first, resolver } = families[family];
  let pod: ProxiedPod;
  beforeAll(async () => {
    pod = await openPod(family);
  });
  afterAll(() => pod.close());

  const run = (command: readonly string[], name: string, options = ''): Promise<Ended> =>
    runIn(pod.world.pod, [...asUser(1000, ...mayRead), ...command, name, String(PORT)], {
      RES_OPTIONS: options,
    });

  describe.each(Object.entries(resolvers))('by %s', (_name, { command, refused }) => {
    it('that an entry has, to the one address that stands for it', async () => {
      const { output } = await run(command, 'site.example');
      expect(output).toMatch(first);
      expect(output.replace(first, '')).toBe('word of the site');
    });

    it('that no entry has, and is not there', async () => {
      const { code, output } = await run(command, 'denied.example');
      expect(output).toContain(
        refused.replace('NAMESERVER', family === 4 ? resolver : `[${resolver}]`),
      );
      expect(code).toBe(1);
    });
  });

  it('by glibc over TCP', async () => {
    const { output } = await run(resolvers.glibc.command, 'site.example', 'use-vc');
    expect(output).toMatch(first);
    expect(output).toContain('word of the site');
  });

  it('by Java, whose cached address stands for the name after a restart of the proxy', async () => {
    const java = new JavaClient(pod.world.pod, 'site.example', PORT);
    onTestFinished(() => java.end());
    const first = await java.outcome();
    expect(first).toMatch(/^[0-9a-f.:]+ word of the site$/);
    await pod.killProxy();
    await pod.startProxy();
    expect(await java.again()).toBe(first);
    await pod.killProxy();
    pod.resetState();
    await pod.startProxy();
    expect(await java.again()).toBe('java.net.SocketException: Connection reset');
  });
});
