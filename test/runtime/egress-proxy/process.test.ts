import { spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EnvHttpProxyAgent, ProxyAgent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { encodeDocuments, projectDocuments } from '../../support/documents.ts';
import { prepare, start, type Place } from './process.ts';

const site = { 'egress-allowlist': { entries: [{ host: 'site.example', port: 80 }] } };
const nothing = { 'egress-allowlist': { entries: [] } };

const curl = ['/usr/bin/curl', '/usr/local/bin/curl'].find((path) => existsSync(path));

describe('the egress proxy as a process', () => {
  it('takes a new set into force without a restart, and reports its digest', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, nothing);
    const { get, policyStatus } = await start(place);
    expect(await get('http://site.example/')).toBe(403);
    await projectDocuments(place.documents, site);
    const [set, member] = encodeDocuments(site);
    await expect.poll(async () => (await policyStatus()).set.digest).toBe(set?.digest);
    expect((await policyStatus()).entries).toMatchObject([{ digest: member?.digest }]);
    expect(await get('http://site.example/')).toBe(200);
    await projectDocuments(place.documents, nothing);
    await expect.poll(() => get('http://site.example/')).toBe(403);
  });

  it('keeps the last good set in force with a broken one in its place, and says so', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const { get, policyStatus, status } = await start(place);
    await writeFile(join(place.documents, '..data', 'egress-allowlist.json'), '{"schemaVer');
    await writeFile(join(place.documents, 'nudge'), '');
    await expect
      .poll(async () => (await policyStatus()).set.last_error)
      .toContain('KARS_DOCUMENT_MALFORMED');
    expect(await get('http://site.example/')).toBe(200);
    expect((await fetch(`${status}/readyz`)).status).toBe(200);
  });

  it('denies all without a set, and comes into force with the first good one', async () => {
    const place = await prepare();
    const { get, status } = await start(place);
    expect(await get('http://site.example/')).toBe(403);
    expect((await fetch(`${status}/readyz`)).status).toBe(503);
    await projectDocuments(place.documents, site);
    await expect.poll(async () => (await fetch(`${status}/readyz`)).status).toBe(200);
    expect(await get('http://site.example/')).toBe(200);
  });

  it('lists its overrides in the status', async () => {
    const place = await prepare();
    const { policyStatus } = await start(place);
    expect((await policyStatus()).overrides).toEqual([`site.example:80=127.0.0.1:${place.target}`]);
  });

  it('goes on with its audit log after it was killed in the middle of calls', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const first = await start(place);
    expect(await first.get('http://site.example/')).toBe(200);
    const calls = Array.from({ length: 50 }, () => first.get('http://evil.example/'));
    const settled = Promise.allSettled(calls);
    await calls[0];
    first.child.kill();
    await settled;
    await first.child.ended();
    const second = await start(place);
    expect(await second.get('http://evil.example/')).toBe(403);
    await second.child.stop();
    const result = await verifyAuditLog(join(place.state, 'audit.jsonl'));
    expect(result).toMatchObject({ ok: true, allowed: 1 });
  });

  it('logs, counts and audits the same decisions', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const { child, get, status, records } = await start(place);
    await get('http://site.example/');
    await get('http://evil.example/');
    const metrics = await (await fetch(`${status}/metrics`)).text();
    expect(metrics).toContain(
      'kars_decisions_total{surface="http",decision="deny",code="KARS_EGRESS_NOT_ALLOWED"} 1',
    );
    expect(metrics).toContain('kars_decisions_total{surface="http",decision="allow",code=""} 1');
    await child.stop();
    expect(records.filter(({ event }) => event === 'decision')).toMatchObject([
      { decision: 'allow', target: 'site.example:80' },
      { decision: 'deny', target: 'evil.example:80', code: 'KARS_EGRESS_NOT_ALLOWED' },
    ]);
    expect(await verifyAuditLog(join(place.state, 'audit.jsonl'))).toMatchObject({
      ok: true,
      allowed: 1,
      denied: 1,
    });
  });
});

describe('a real client', () => {
  it('undici is carried through a tunnel, and told of a refusal', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const { proxy } = await start(place);
    const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: true });
    onTestFinished(() => dispatcher.close());
    const answer = await request('http://site.example/', { dispatcher });
    expect(await answer.body.text()).toBe('content');
    await expect(request('https://evil.example/', { dispatcher })).rejects.toThrow('403');
  });

  it('undici with the variables of the sandbox is carried too', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const { proxy } = await start(place);
    const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy, httpsProxy: proxy, noProxy: '' });
    onTestFinished(() => dispatcher.close());
    const answer = await request('http://site.example/', { dispatcher });
    expect(await answer.body.text()).toBe('content');
  });

  it.skipIf(curl === undefined)(
    'curl gets content, and the reason of a refusal in both forms (needs curl)',
    async () => {
      const place = await prepare();
      await projectDocuments(place.documents, site);
      const { proxy } = await start(place);
      const run = async (...args: string[]): Promise<{ code: number; output: string }> => {
        const child = spawn(curl ?? '', ['--silent', '--proxy', proxy, ...args], { env: {} });
        const closed = once(child, 'close');
        const output = await text(child.stdout);
        await closed;
        return { code: child.exitCode ?? -1, output };
      };
      expect(await run('http://site.example/')).toEqual({ code: 0, output: 'content' });
      expect(await run('--proxytunnel', 'http://site.example/')).toEqual({
        code: 0,
        output: 'content',
      });
      expect((await run('http://evil.example/')).output).toContain('KARS_EGRESS_NOT_ALLOWED');
      const refused = await run('--include', 'https://evil.example/');
      expect(refused.code).toBe(56);
      expect(refused.output).toContain('x-kars-code: KARS_EGRESS_NOT_ALLOWED');
    },
  );
});

describe('DNS of the egress proxy as a process', () => {
  async function startDns(place: Place) {
    const started = await start(place, '--dns-port=0');
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${await started.child.port('dns')}`]);
    return { ...started, resolver };
  }

  it('is not there without its option', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const { child, records } = await start(place);
    await child.stop();
    expect(records.filter(({ listener }) => listener === 'dns')).toEqual([]);
    expect(existsSync(join(place.state, 'dns-names.jsonl'))).toBe(false);
  });

  it('keeps the process from being ready when its names were altered, and says why', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    mkdirSync(place.state);
    await writeFile(join(place.state, 'dns-names.jsonl'), 'no names\n');
    const { status, resolver, get, records } = await startDns(place);
    const ready = await fetch(`${status}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('KARS_DNS_NAMES_BROKEN');
    expect(records).toContainEqual(
      expect.objectContaining({ event: 'state-unavailable', code: 'KARS_DNS_NAMES_BROKEN' }),
    );
    await expect(resolver.resolve4('site.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(await get('http://site.example/')).toBe(503);
  });

  it('ends the process where its port is taken', async () => {
    const place = await prepare();
    await expect(start(place, `--dns-port=${place.target}`)).rejects.toThrow(
      'ended with code 1: listen EADDRINUSE',
    );
  });

  it('gives a name the same address after the process was killed, and goes on with its records', async () => {
    const place = await prepare();
    await projectDocuments(place.documents, site);
    const first = await startDns(place);
    await expect(first.resolver.resolve4('evil.example')).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
    const address = await first.resolver.resolve4('site.example');
    expect(address).toEqual([expect.stringMatching(/^198\.1[89]\./)]);
    first.child.kill();
    await first.child.ended();
    const second = await startDns(place);
    expect(await second.resolver.resolve4('site.example')).toEqual(address);
    const metrics = await (await fetch(`${second.status}/metrics`)).text();
    expect(metrics).toContain('kars_dns_messages_total{outcome="address"} 1');
    expect(metrics).toContain('kars_dns_answer_seconds_count 1');
    await second.child.stop();
    expect(await verifyAuditLog(join(place.state, 'audit.jsonl'))).toMatchObject({
      ok: true,
      allowed: 1,
      denied: 1,
    });
  });
});
