import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { statusPaths } from 'kars-constructs/contract';
import { Child } from '../../../runtime/cli/local/child.ts';
import { programArguments } from '../../../runtime/cli/programs.ts';
import { temporaryDirectory, writeDocuments } from '../../support/documents.ts';

/** A sidecar as a process of its own; without payloads its documents are missing. */
function startProcess(
  name: 'router' | 'egress-proxy',
  payloads?: Parameters<typeof writeDocuments>[1],
): Child {
  const root = temporaryDirectory();
  const documents = join(root, 'documents');
  if (payloads !== undefined) writeDocuments(documents, payloads);
  const child = new Child({
    name,
    args: [
      ...programArguments(name),
      '--sandbox=reader',
      '--listen-port=0',
      '--status-host=127.0.0.1',
      '--status-port=0',
      `--documents=${documents}`,
      `--state=${join(root, 'state')}`,
    ],
    env: {},
  });
  onTestFinished(() => child.stop());
  return child;
}

const allowlist = { 'egress-allowlist': { entries: [] } };

describe.each(['router', 'egress-proxy'] as const)('the process %s', (name) => {
  it('is alive and not ready without documents, and says why', async () => {
    const child = startProcess(name);
    const base = `http://127.0.0.1:${await child.port('status')}`;
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    const ready = await fetch(`${base}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('KARS_DOCUMENT_MISSING');
  });

  it('is ready with documents, serves metrics, and takes nothing but GET', async () => {
    const child = startProcess(name, allowlist);
    await child.port('agent');
    const base = `http://127.0.0.1:${await child.port('status')}`;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${base}/metrics`)).text()).toContain('kars_decisions_total');
    const post = await fetch(`${base}/internal/policy-status`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await fetch(`${base}/admin`)).status).toBe(404);
  });

  it('serves nothing of its status to the agent', async () => {
    const child = startProcess(name, allowlist);
    const base = `http://127.0.0.1:${await child.port('agent')}`;
    for (const path of Object.values(statusPaths)) {
      expect((await fetch(`${base}${path}`)).ok).toBe(false);
    }
  });

  it('ends with code 2 and a reason for an argument that it does not know', async () => {
    const child = new Child({ name, args: [...programArguments(name), '--learn'], env: {} });
    await expect(child.port('status')).rejects.toThrow('--learn');
    expect(await child.ended()).toBe(2);
  });
});
