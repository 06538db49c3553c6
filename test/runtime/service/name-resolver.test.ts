import { describe, expect, it, onTestFinished } from 'vitest';
import { NameResolver } from '../../../runtime/service/name-resolver.ts';
import { a, aaaa, cname, startDnsServer, type Lie, type Zone } from '../../support/dns-server.ts';

/** A DNS server on loopback that ends with the test. */
async function dnsServer(zone: Zone, lie?: Lie) {
  const { asked, port, close } = await startDnsServer(zone, lie === undefined ? {} : { lie });
  onTestFinished(close);
  return { asked, servers: [`127.0.0.1:${port}`] };
}

const SITE = 'site.example';

describe('the addresses of a name', () => {
  it('are those of both families', async () => {
    const zone = { [SITE]: [a(SITE, '192.0.2.1', 60), aaaa(SITE, '2001:db8::1', 60)] };
    const { servers } = await dnsServer(zone);
    expect(await new NameResolver({ servers }).resolve(SITE)).toEqual([
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ]);
  });

  it('are asked for as the name is, whatever the search list of the pod says', async () => {
    const { servers, asked } = await dnsServer({});
    expect(await new NameResolver({ servers }).resolve('a.b')).toEqual([]);
    expect(new Set(asked)).toEqual(new Set(['A a.b', 'AAAA a.b']));
  });

  it('are found at the end of a chain of aliases', async () => {
    const chain = [cname(SITE, 'b.example', 60), cname('b.example', 'c.example', 60)];
    const { servers } = await dnsServer({ [SITE]: [...chain, a('c.example', '192.0.2.9', 60)] });
    expect(await new NameResolver({ servers }).resolve(SITE)).toEqual([
      { address: '192.0.2.9', family: 4 },
    ]);
  });

  it('are kept as long as they live, and asked for once by many', async () => {
    const { servers, asked } = await dnsServer({ [SITE]: [a(SITE, '192.0.2.1', 60)] });
    let now = 0;
    const resolver = new NameResolver({ servers, now: () => now });
    await Promise.all(Array.from({ length: 20 }, () => resolver.resolve(SITE)));
    now = 59_999;
    await resolver.resolve(SITE);
    expect(asked).toHaveLength(2);
    now = 60_001;
    await resolver.resolve(SITE);
    expect(asked).toHaveLength(4);
  });

  it('are kept no longer than the bound, and not at all with nothing to live', async () => {
    const zone = {
      'long.example': [a('long.example', '192.0.2.1', 86_400)],
      'zero.example': [a('zero.example', '192.0.2.2', 0)],
    };
    const { servers, asked } = await dnsServer(zone);
    let now = 0;
    const resolver = new NameResolver({ servers, now: () => now });
    for (const name of ['long.example', 'zero.example', 'long.example', 'zero.example']) {
      await resolver.resolve(name);
    }
    expect(asked.filter((question) => question === 'A long.example')).toHaveLength(1);
    expect(asked.filter((question) => question === 'A zero.example')).toHaveLength(2);
    now = 300_001;
    await resolver.resolve('long.example');
    expect(asked.filter((question) => question === 'A long.example')).toHaveLength(2);
  });

  it('are kept for so many names', async () => {
    const names = ['a.example', 'b.example', 'c.example'];
    const zone = Object.fromEntries(names.map((name) => [name, [a(name, '192.0.2.1', 60)]]));
    const { servers, asked } = await dnsServer(zone);
    const resolver = new NameResolver({ servers, names: 2 });
    for (const name of [...names, 'c.example', 'a.example']) await resolver.resolve(name);
    const times = (name: string): number => asked.filter((text) => text === `A ${name}`).length;
    expect(names.map(times)).toEqual([2, 1, 1]);
  });

  it('are taken over TCP where they do not fit into a datagram', async () => {
    const many = Array.from({ length: 120 }, (_, index) => a(SITE, `192.0.2.${index}`, 60));
    const truncate: Lie = (reply) => ({ ...reply, flags: 0x8380, answers: [] });
    let isFirst = true;
    const { servers } = await dnsServer({ [SITE]: many }, (reply, query) => {
      const isA = query.questions?.[0]?.type === 'A';
      if (!isA || !isFirst) return reply;
      isFirst = false;
      return truncate(reply, query);
    });
    expect(await new NameResolver({ servers }).resolve(SITE)).toHaveLength(120);
  });

  it.each<[string, Lie]>([
    ['another id', (reply) => ({ ...reply, id: ((reply.id ?? 0) + 1) % 65_536 })],
    ['another question', (reply) => ({ ...reply, questions: [{ type: 'A', name: 'other.example', class: 'IN' }] })], // prettier-ignore
    ['no answer', () => undefined],
    ['a failure', (reply) => ({ ...reply, flags: 0x8182, answers: [] })],
  ])('are none with %s', async (_what, lie) => {
    const { servers } = await dnsServer({ [SITE]: [a(SITE, '192.0.2.1', 60)] }, lie);
    const resolver = new NameResolver({ servers, timeoutMilliseconds: 100 });
    expect(await resolver.resolve(SITE)).toEqual([]);
  });

  it('are none where no server is', async () => {
    const resolver = new NameResolver({ servers: ['127.0.0.1:1'], timeoutMilliseconds: 100 });
    expect(await resolver.resolve(SITE)).toEqual([]);
  });
});
