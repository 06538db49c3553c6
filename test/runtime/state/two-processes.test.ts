import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { Child } from '../../../runtime/cli/local/child.ts';
import { programArguments } from '../../../runtime/cli/programs.ts';
import { temporaryDirectory, writeDocuments } from '../../support/documents.ts';

const allowlist = { 'egress-allowlist': { entries: [] } };

/** A router on the state directory of `root`, and what the outside sees of it. */
async function startOn(root: string) {
  const child = new Child({
    name: 'router',
    args: [
      ...programArguments('router'),
      '--sandbox=reader',
      '--listen-port=0',
      '--status-host=127.0.0.1',
      '--status-port=0',
      `--documents=${join(root, 'documents')}`,
      `--state=${join(root, 'state')}`,
    ],
    env: {},
  });
  onTestFinished(() => child.stop());
  const ready = `http://127.0.0.1:${await child.port('status')}/readyz`;
  const models = `http://127.0.0.1:${await child.port('agent')}/v1/models`;
  return {
    child,
    readiness: async () => (await fetch(ready)).text(),
    call: async () => {
      const answer = await fetch(models);
      await answer.body?.cancel();
      return answer.headers.get('x-kars-code');
    },
  };
}

describe('two processes on one state directory', () => {
  it('are never both ready, and the second goes on where the killed first one ended', async () => {
    const root = temporaryDirectory();
    writeDocuments(join(root, 'documents'), allowlist);
    const log = join(root, 'state', 'audit.jsonl');
    const first = await startOn(root);
    expect(await first.readiness()).toContain('"ready"');
    expect(await first.call()).toBe('KARS_POLICY_UNAVAILABLE');

    const second = await startOn(root);
    expect(JSON.parse(await second.readiness())).toEqual({
      status: 'not ready',
      reason: expect.stringContaining('[KARS_STATE_LOCKED]') as string,
    });
    expect(await second.call()).toBe('KARS_AUDIT_UNAVAILABLE');
    expect(await verifyAuditLog(log)).toMatchObject({ ok: true, records: 1 });

    first.child.kill();
    await first.child.ended();
    await expect.poll(second.readiness, { timeout: 10_000 }).toContain('"ready"');
    for (let call = 0; call < 3; call += 1) {
      expect(await second.call()).toBe('KARS_POLICY_UNAVAILABLE');
    }
    await second.child.stop();
    // What the second one denied again is in one record, which its end has written.
    expect(await verifyAuditLog(log)).toMatchObject({ ok: true, records: 3, denied: 4 });
  });

  it('end with code 1 when they are stopped before they were ready', async () => {
    const root = temporaryDirectory();
    writeDocuments(join(root, 'documents'), allowlist);
    const first = await startOn(root);
    const second = await startOn(root);
    await second.child.stop();
    await first.child.stop();
    expect([await first.child.ended(), await second.child.ended()]).toEqual([0, 1]);
  });
});
