import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProviderAddresses } from '../../../runtime/router/provider-addresses.ts';
import { Upstream } from '../../../runtime/router/upstream.ts';
import { NameResolver } from '../../../runtime/service/name-resolver.ts';
import { a, aaaa, startDnsServer, type Zone } from '../../support/dns-server.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { httpServer } from '../../support/servers.ts';

const HOST = 'models.example.com';

/** What comes of a call to an endpoint, with DNS of this zone, and how many connections came to it. */
async function call(endpoint: (port: number) => string, zone: Zone = {}, isOverride = false) {
  const dns = await startDnsServer(zone);
  let calls = 0;
  const server = await httpServer((_request, response) => {
    calls += 1;
    response.end('{}');
  });
  const credentials = join(temporaryDirectory(), 'credentials');
  mkdirSync(credentials);
  const interfaces = () => ({ eth0: [{ address: '10.244.1.10' }, { address: 'fd00::10' }] });
  const resolver = new NameResolver({ servers: [`127.0.0.1:${dns.port}`] });
  const upstream = new Upstream({
    credentials,
    endpoints: new Map(isOverride ? [['local', endpoint(server.port)]] : []),
    addresses: new ProviderAddresses({ resolver, interfaces }),
  });
  onTestFinished(async () => {
    dns.close();
    await upstream.close();
  });
  const provider = { name: 'local', endpoint: endpoint(server.port), credential: 'none' as const };
  const request = { provider, path: '/chat/completions', body: {} };
  const answer = await upstream.send(request, AbortSignal.timeout(5000));
  if ('body' in answer) await answer.body.dump();
  const outcome = 'denial' in answer ? answer.denial.code : answer.status;
  return { outcome, calls, ...('denial' in answer && answer.isSent ? { isSent: true } : {}) };
}

const named = (port: number): string => `http://${HOST}:${port}/v1`;

it('has got nothing where its name has no address', async () => {
  expect(await call(named)).toEqual({ outcome: 'KARS_UPSTREAM_UNREACHABLE', calls: 0 });
});

describe('a provider whose name has a forbidden address', () => {
  it.each([
    ['loopback', [a(HOST, '127.0.0.1', 60)]],
    ['the metadata service', [a(HOST, '169.254.169.254', 60)]],
    ['the platform of Azure', [a(HOST, '168.63.129.16', 60)]],
    ['nothing in particular', [a(HOST, '0.0.0.0', 60)]],
    ['the pod', [a(HOST, '10.244.1.10', 60)]],
    ['the pod over IPv6', [aaaa(HOST, 'fd00::10', 60)]],
    ['loopback as IPv6', [aaaa(HOST, '::ffff:127.0.0.1', 60)]],
    ['loopback beside a public one', [a(HOST, '203.0.114.9', 60), a(HOST, '127.0.0.1', 60)]],
  ])('is not called: %s', async (_what, answers) => {
    expect(await call(named, { [HOST]: answers })).toEqual({
      outcome: 'KARS_UPSTREAM_ADDRESS_FORBIDDEN',
      calls: 0,
    });
  });

  it.each(['127.0.0.1', '[::1]', '169.254.169.254', '[::ffff:7f00:1]'])(
    'is not called by the address %s itself',
    async (address) => {
      const { outcome, calls } = await call((port) => `http://${address}:${port}/v1`);
      expect([outcome, calls]).toEqual(['KARS_UPSTREAM_ADDRESS_FORBIDDEN', 0]);
    },
  );

  it('is not reached where the DNS does not know it', async () => {
    expect((await call(named)).outcome).toBe('KARS_UPSTREAM_UNREACHABLE');
  });
});

describe('what is not checked (negative control)', () => {
  it('is an endpoint of the process arguments, which reaches loopback', async () => {
    const loopback = (port: number): string => `http://127.0.0.1:${port}/v1`;
    expect(await call(loopback, {}, true)).toEqual({ outcome: 200, calls: 1 });
  });
});

describe('a private provider', () => {
  it('is tried, since the network policies say who may be reached', async () => {
    const addresses = new ProviderAddresses({
      resolver: { resolve: () => Promise.resolve([{ address: '10.99.99.99', family: 4 }]) },
      interfaces: () => ({}),
    });
    const found = await new Promise((resolve) => {
      const lookup = addresses.lookupIn(undefined);
      lookup(HOST, { all: true }, (_error, list) => resolve(list));
    });
    expect(found).toEqual([{ address: '10.99.99.99', family: 4 }]);
  });
});
