import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EnvHttpProxyAgent, ProxyAgent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { Child, type ChildRecord } from '../../../runtime/cli/local/child.ts';
import { programArguments } from '../../../runtime/cli/programs.ts';
import type { PolicyStatus } from '../../../runtime/policy/policy-status.ts';
import { encodeDocuments, projectDocuments, temporaryDirectory } from '../../support/documents.ts';
import { httpServer } from '../../support/servers.ts';

const site = { 'egress-allowlist': { entries: [{ host: 'site.example', port: 80 }] } };
const nothing = { 'egress-allowlist': { entries: [] } };

const curl = ['/usr/bin/curl', '/usr/local/bin/curl'].find((path) => existsSync(path));

/** A place for documents and state, and a web site that `site.example` is sent to. */
async function prepare() {
  const root = temporaryDirectory();
  const documents = join(root, 'documents');
  mkdirSync(documents);
  const host = await httpServer((_incoming, response) => response.end('content'));
  return { documents, state: join(root, 'state'), target: host.port };
}

type Place = Awaited<ReturnType<typeof prepare>>;

/** The proxy as a process of its own. */
async function start({ documents, state, target }: Place) {
  const records: ChildRecord[] = [];
  const child = new Child({
    name: 'egress-proxy',
    args: [
      ...programArguments('egress-proxy'),
      '--sandbox=reader',
      '--listen-port=0',
      '--status-host=127.0.0.1',
      '--status-port=0',
      `--documents=${documents}`,
      `--state=${state}`,
      `--resolve=site.example:80=127.0.0.1:${target}`,
    ],
    env: {},
    onRecord: (record) => records.push(record),
  });
  onTestFinished(() => child.stop());
  const proxy = `http://127.0.0.1:${await child.port('agent')}`;
  const status = `http://127.0.0.1:${await child.port('status')}`;
  const policyStatus = async (): Promise<PolicyStatus> =>
    (await (await fetch(`${status}/internal/policy-status`)).json()) as PolicyStatus;
  const get = async (url: string): Promise<number> => {
    const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: false });
    const answer = await request(url, { dispatcher });
    await answer.body.dump();
    await dispatcher.close();
    return answer.statusCode;
  };
  return { child, proxy, status, policyStatus, get, records };
}

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
