import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDocuments } from '../../../support/documents.ts';
import { askUdp, query, rcodeOf, readUdp, startTestDns } from './support.ts';

const SYNTHETIC = /^198\.1[89]\.\d+\.\d+$/;

describe('a lookup', () => {
  it.each([
    ['another name', 'evil.example'],
    ['a name below a listed one', 'a.site.example'],
    ['the name above a listed one', 'example'],
    ['a name with data in front', 'c2VjcmV0.evil.example'],
    ['a name with a search domain behind', 'site.example.agents.svc.cluster.local'],
    ['an address', '10.0.0.1'],
  ])('of %s finds no such name, and is recorded', async (_what, name) => {
    const { resolver, sidecar } = await startTestDns();
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    const [record, ...others] = await sidecar.audited();
    expect(others).toEqual([]);
    expect(record).toMatchObject({ surface: 'dns', decision: 'deny' });
    expect(record?.code).toMatch(/^KARS_EGRESS_(NOT_ALLOWED|NAME_INVALID)$/);
  });

  it('says in the record which entry would allow it', async () => {
    const { resolver, sidecar } = await startTestDns();
    await expect(resolver.resolve4('Evil.Example')).rejects.toThrow();
    expect(await sidecar.audited()).toMatchObject([
      {
        target: 'evil.example',
        code: 'KARS_EGRESS_NOT_ALLOWED',
        rule: 'KarsSandbox agents/reader egress',
        reason: 'no entry names evil.example',
      },
    ]);
  });

  it('fails without a policy, so that nobody keeps the answer, and is recorded', async () => {
    const { resolver, sidecar } = await startTestDns({ allowed: undefined });
    await expect(resolver.resolve4('site.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(await sidecar.audited()).toMatchObject([{ code: 'KARS_POLICY_UNAVAILABLE' }]);
  });

  it.each(['site.example', 'evil.example'])(
    'of %s fails when it cannot be recorded',
    async (name) => {
      const { resolver, sidecar, names } = await startTestDns();
      await sidecar.closeAudit();
      await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: 'ESERVFAIL' });
      expect(names.addressOf(name)).toBeUndefined();
    },
  );

  it('fails when the address cannot be stored', async () => {
    const { resolver, names, state } = await startTestDns();
    rmSync(join(state, 'dns-names.jsonl'));
    await expect(resolver.resolve4('site.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(names.addressOf('site.example')).toBeUndefined();
  });

  it('fails when there are no more addresses, and is recorded', async () => {
    const { resolver, names, sidecar } = await startTestDns({
      allowed: ['a.example', 'b.example'],
      table: { names: 1, namesOfEntry: 1 },
    });
    expect(await resolver.resolve4('a.example')).toHaveLength(1);
    await expect(resolver.resolve4('b.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(await sidecar.audited()).toMatchObject([
      { decision: 'allow', target: 'a.example' },
      { decision: 'deny', target: 'b.example', code: 'KARS_DNS_NAMES_EXHAUSTED' },
    ]);
    expect(names.addressOf('b.example')).toBeUndefined();
  });

  it('of an allowed name finds one address, which leads back to it', async () => {
    const { resolver, names } = await startTestDns({ allowed: ['a.example', 'b.example'] });
    const [a] = await resolver.resolve4('a.example');
    const [b] = await resolver.resolve4('b.example');
    expect(a).toMatch(SYNTHETIC);
    expect(names.nameOf(String(a))).toBe('a.example');
    expect(names.nameOf(String(b))).toBe('b.example');
  });

  it('is recorded once when the name gets its address, however often it is asked for', async () => {
    const { resolver, sidecar } = await startTestDns();
    await Promise.all(Array.from({ length: 10 }, () => resolver.resolve4('site.example')));
    expect(await sidecar.audited()).toMatchObject([
      {
        surface: 'dns',
        target: 'site.example',
        decision: 'allow',
        rule: 'KarsSandbox agents/reader egress { host: "site.example" }',
      },
    ]);
  });

  it('sends the name back as it was written, and finds the same address', async () => {
    const { port } = await startTestDns();
    const odd = await readUdp(port, query('SiTe.eXAmple', 'A'));
    const plain = await readUdp(port, query('site.example', 'A'));
    expect(odd.questions).toMatchObject([{ name: 'SiTe.eXAmple', type: 'A' }]);
    expect(odd.answers?.map((each) => 'data' in each && each.data)).toEqual(
      plain.answers?.map((each) => 'data' in each && each.data),
    );
  });

  it.each(['AAAA', 'SRV', 'TXT', 'MX', 'NS', 'SOA', 'CNAME', 'UNKNOWN_64', 'UNKNOWN_65'])(
    'for %s of an allowed name in a pod with IPv4 finds no data',
    async (type) => {
      const { port, sidecar } = await startTestDns();
      const reply = await readUdp(port, query('site.example', type));
      expect(rcodeOf(reply)).toBe(0);
      expect(reply.answers).toEqual([]);
      expect(reply.authorities).toMatchObject([{ type: 'SOA', ttl: 5, data: { minimum: 5 } }]);
      expect(await sidecar.audited()).toEqual([]);
    },
  );

  it.each(['A', 'AAAA', 'TXT', 'ANY'])(
    'for %s of another name finds no such name',
    async (type) => {
      const { port } = await startTestDns();
      const reply = await readUdp(port, query('evil.example', type));
      expect(rcodeOf(reply)).toBe(3);
      expect(reply.answers).toEqual([]);
      expect(reply.authorities).toMatchObject([{ type: 'SOA', ttl: 5, data: { minimum: 5 } }]);
    },
  );

  it('in a pod without IPv4 finds an address of IPv6 and no other', async () => {
    const { resolver, names } = await startTestDns({ family: 6 });
    const [address] = await resolver.resolve6('site.example');
    expect(address).toMatch(/^2001:2:0:/);
    expect(names.nameOf(String(address))).toBe('site.example');
    await expect(resolver.resolve4('site.example')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  it('for anything finds the address', async () => {
    const { port } = await startTestDns();
    const { answers } = await readUdp(port, query('site.example', 'ANY'));
    expect(answers).toMatchObject([{ type: 'A', ttl: 30 }]);
  });

  it('of an address finds no name, whoever has it', async () => {
    const { resolver } = await startTestDns();
    const [address = ''] = await resolver.resolve4('site.example');
    await expect(resolver.reverse(address)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('finds the same address after a restart, and none when the entry is gone', async () => {
    const first = await startTestDns();
    const address = await first.resolver.resolve4('site.example');
    const second = await startTestDns({ state: first.state });
    expect(await second.resolver.resolve4('site.example')).toEqual(address);
    expect(await second.sidecar.audited()).toEqual([]);
    const third = await startTestDns({ state: first.state, allowed: [] });
    await expect(third.resolver.resolve4('site.example')).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });

  it('follows a policy that changes', async () => {
    const { resolver, sidecar } = await startTestDns({ allowed: [] });
    await expect(resolver.resolve4('site.example')).rejects.toThrow();
    writeDocuments(sidecar.directory, {
      'egress-allowlist': { entries: [{ host: 'site.example', port: 22 }] },
    });
    await expect
      .poll(() => resolver.resolve4('site.example').catch(() => []))
      .toEqual([expect.stringMatching(SYNTHETIC)]);
  });

  it('says over UDP that an answer is longer than what passes', async () => {
    const label = 'a'.repeat(61);
    const long = [label, label, label, label].join('.');
    const { port, resolver } = await startTestDns({ allowed: [long] });
    const reply = await readUdp(port, query(long, 'A'));
    expect(reply.flag_tc).toBe(true);
    expect(reply.answers).toEqual([]);
    expect(await resolver.resolve4(long)).toEqual([expect.stringMatching(SYNTHETIC)]);
    const additionals = [{ type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [] }];
    const whole = await askUdp(port, query(long, 'A', { additionals: additionals as never }));
    expect(whole?.length).toBeGreaterThan(512);
  });
});
