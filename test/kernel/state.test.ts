import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AUDIT_FILE } from 'kars-constructs/contract';
import { verifyAuditLog } from '../../runtime/audit/verify.ts';
import type { ChildRecord } from '../../runtime/cli/local/child.ts';
import { temporaryDirectory, writeDocuments } from '../support/documents.ts';
import { startRouterProcess } from '../support/router-process.ts';

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
}

/** A router whose state is on a volume of one megabyte. */
async function startOnSmallVolume(...options: string[]) {
  const root = temporaryDirectory();
  const state = join(root, 'state');
  mkdirSync(state);
  writeDocuments(join(root, 'documents'), { 'egress-allowlist': { entries: [] } });
  mount('-t', 'tmpfs', '-o', ['size=1m', ...options].join(), 'tmpfs', state);
  onTestFinished(() => {
    spawnSync('umount', ['--lazy', state]);
  });
  const records: ChildRecord[] = [];
  const { agent, status } = await startRouterProcess({
    documents: join(root, 'documents'),
    state,
    onRecord: (record) => records.push(record),
  });
  let calls = 0;
  return {
    state,
    audit: join(state, AUDIT_FILE),
    records,
    readiness: async () => (await fetch(`${status}/readyz`)).text(),
    /** Another model each time, since equal denials share a record. */
    call: async () => {
      calls += 1;
      const body = JSON.stringify({
        model: `model-${calls}`,
        messages: [{ role: 'user', content: 'x' }],
      });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${agent}/v1/chat/completions`, { method: 'POST', body, headers });
      await answer.body?.cancel();
      return `${answer.status} ${answer.headers.get('x-kars-code') ?? ''}`;
    },
  };
}

const RECORDED = '403 KARS_POLICY_UNAVAILABLE';
const UNRECORDED = '503 KARS_AUDIT_UNAVAILABLE';

describe('a state volume', () => {
  it('that is full denies every call, says so, and serves again when there is space', async () => {
    const { state, audit, records, readiness, call } = await startOnSmallVolume();
    expect(await call()).toBe(RECORDED);
    const ballast = join(state, 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k', 'count=1000'], { stdio: 'ignore' });
    let recorded = 1;
    // The page of the log that is there already still takes some.
    for (
      let answer = await call();
      answer !== UNRECORDED && recorded < 100;
      answer = await call()
    ) {
      expect(answer).toBe(RECORDED);
      recorded += 1;
    }
    expect(recorded).toBeLessThan(100);
    expect(await readiness()).toContain('KARS_STATE_FULL');
    expect(await call()).toBe(UNRECORDED);
    expect(await verifyAuditLog(audit)).toMatchObject({ ok: true, records: recorded });
    rmSync(ballast);
    await expect.poll(readiness, { timeout: 10_000 }).toContain('"ready"');
    expect(await call()).toBe(RECORDED);
    expect(await verifyAuditLog(audit)).toMatchObject({ ok: true, records: recorded + 1 });
    expect(
      records.filter(({ event }) => String(event).startsWith('state-')).map(({ event }) => event),
    ).toEqual(['state-in-use', 'state-unavailable', 'state-in-use']);
  });

  it('that is read-only denies every call until it can be written', async () => {
    const { state, audit, readiness, call } = await startOnSmallVolume('ro');
    expect(await readiness()).toMatch(/KARS_STATE_UNWRITABLE.*EROFS/);
    expect(await call()).toBe(UNRECORDED);
    mount('-o', 'remount,rw', state);
    await expect.poll(readiness, { timeout: 10_000 }).toContain('"ready"');
    expect(await call()).toBe(RECORDED);
    expect(await verifyAuditLog(audit)).toMatchObject({ ok: true, records: 1 });
  });
});
