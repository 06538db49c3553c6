import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { temporaryDirectory, writeDocuments } from '../../support/documents.ts';
import { startRouterProcess } from '../../support/router-process.ts';

const allowlist = { 'egress-allowlist': { entries: [] } };

/** A router on the state directory of `root`, and what the outside sees of it. */
async function startOn(root: string) {
  const { child, agent, status } = await startRouterProcess({
    documents: join(root, 'documents'),
    state: join(root, 'state'),
  });
  return {
    child,
    readiness: async () => (await fetch(`${status}/readyz`)).text(),
    call: async () => {
      const answer = await fetch(`${agent}/v1/models`);
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
