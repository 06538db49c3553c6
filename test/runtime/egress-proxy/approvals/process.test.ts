import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeApproval, type EgressApprovalPayload } from 'kars-constructs/contract';
import { readAuditLog } from '../../../../runtime/audit/verify.ts';
import { writeProjectedVolume } from '../../../../runtime/cli/local/documents-volume.ts';
import { projectDocuments } from '../../../support/documents.ts';
import { prepare, start, type Place } from '../process.ts';

const TARGET = 'site.example:4444';

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

function approval(seconds: number): EgressApprovalPayload {
  const now = Date.now();
  return {
    sandbox: 'reader',
    hosts: [{ host: 'site.example', port: 4444 }],
    reason: 'incident 7',
    approvedAt: instant(now),
    expiresAt: instant(now + seconds * 1000),
  };
}

/** A proxy whose set allows nothing. */
async function proxyWithApprovals() {
  const place = await prepare();
  await projectDocuments(place.documents, { 'egress-allowlist': { entries: [] } });
  const directory = join(place.documents, '..', 'approvals');
  const put = async (payload: EgressApprovalPayload | undefined): Promise<void> => {
    const source = { kind: 'EgressApproval', namespace: 'agents', name: 'once' };
    const files = payload === undefined ? [] : [encodeApproval(source, payload)];
    await writeProjectedVolume(directory, new Map(files.map(({ file, body }) => [file, body])));
    if (payload === undefined) await rm(join(directory, 'once.json'), { force: true });
  };
  await put(undefined);
  const begin = () =>
    start(
      place,
      `--resolve=${TARGET}=127.0.0.1:${place.target}`,
      `--approvals=${directory}`,
      '--approval-ceiling=3600',
    );
  return { place, put, begin };
}

/** The head of the answer to a CONNECT request, and its connection. */
async function tunnel(proxy: string): Promise<{ readonly head: string; readonly socket: Socket }> {
  const socket = connect(Number(new URL(proxy).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(`CONNECT ${TARGET} HTTP/1.1\r\nHost: ${TARGET}\r\n\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return { head: chunk.toString().split('\r\n')[0] ?? '', socket };
}

async function deniedIn({ state }: Place): Promise<string[]> {
  const denied: string[] = [];
  for await (const step of readAuditLog(join(state, 'audit.jsonl'))) {
    if (step.ok && step.record.decision === 'deny') denied.push(step.record.target);
  }
  return denied;
}

describe('approvals of the egress proxy as a process', () => {
  it('close what they opened when they end, and record it, with nobody else alive', async () => {
    const { place, put, begin } = await proxyWithApprovals();
    await put(approval(3));
    const { proxy, child } = await begin();
    const { head, socket } = await tunnel(proxy);
    expect(head).toContain('200');
    await once(socket, 'close');
    expect((await tunnel(proxy)).head).toContain('403');
    await child.stop();
    expect(await deniedIn(place)).toEqual([TARGET, TARGET]);
  });

  it('come into force and go without a restart, and close what they opened', async () => {
    const { put, begin } = await proxyWithApprovals();
    const { proxy } = await begin();
    expect((await tunnel(proxy)).head).toContain('403');
    await put(approval(600));
    await expect.poll(async () => (await tunnel(proxy)).head).toContain('200');
    const { head, socket } = await tunnel(proxy);
    expect(head).toContain('200');
    const closed = once(socket, 'close');
    await put(undefined);
    await closed;
    expect((await tunnel(proxy)).head).toContain('403');
  });

  it('count again after the process was killed, and no longer than before', async () => {
    const { put, begin } = await proxyWithApprovals();
    await put(approval(4));
    const first = await begin();
    expect((await tunnel(first.proxy)).head).toContain('200');
    first.child.kill();
    await first.child.ended();
    const second = await begin();
    expect((await tunnel(second.proxy)).head).toContain('200');
    await expect.poll(async () => (await tunnel(second.proxy)).head).toContain('403');
  });
});
