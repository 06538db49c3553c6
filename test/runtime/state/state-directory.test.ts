import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { createLog } from '../../../runtime/service/log.ts';
import { mountType } from '../../../runtime/state/file-system.ts';
import { StateDirectory } from '../../../runtime/state/state-directory.ts';
import { deniedModel as entry } from '../../support/audit.ts';
import { temporaryDirectory } from '../../support/documents.ts';

async function open(directory: string, read?: () => Promise<void>) {
  const records: { readonly event: string; readonly code?: string }[] = [];
  const log = createLog('router', (line) => records.push(JSON.parse(line) as { event: string }));
  const state = await StateDirectory.open({ directory, log, retryMilliseconds: 20, read });
  onTestFinished(() => state.close());
  return { state, records };
}

describe('a state directory', () => {
  it('is made, held, and written by its one holder', async () => {
    const directory = join(temporaryDirectory(), 'state');
    const { state } = await open(directory);
    expect(state.notReady()).toBeUndefined();
    await state.append(entry);
    expect(await verifyAuditLog(join(directory, 'audit.jsonl'))).toMatchObject({ records: 1 });
  });

  it('is refused to a second holder, which takes it when the first one gives it back', async () => {
    const directory = temporaryDirectory();
    const first = await open(directory);
    await first.state.append(entry);
    const second = await open(directory);
    expect(second.state.notReady()).toMatch(/^\[KARS_STATE_LOCKED\] another process holds /);
    await expect(second.state.append(entry)).rejects.toThrow('KARS_STATE_LOCKED');
    await first.state.close();
    await expect.poll(() => second.state.notReady()).toBeUndefined();
    // Behind the first one, and what signed it.
    expect(await second.state.append(entry)).toMatchObject({ seq: 2 });
    expect(second.records.map(({ event, code }) => [event, code])).toEqual([
      ['state-unavailable', 'KARS_STATE_LOCKED'],
      ['state-in-use', undefined],
    ]);
  });

  it('is not ready as long as what else is kept in it cannot be read', async () => {
    const directory = temporaryDirectory();
    const { state: holder } = await open(directory);
    let reads = 0;
    const read = (): Promise<void> => {
      reads += 1;
      return reads < 3 ? Promise.reject(new Error('torn')) : Promise.resolve();
    };
    const { state } = await open(directory, read);
    expect(state.notReady()).toMatch('KARS_STATE_LOCKED');
    expect(reads).toBe(0);
    await holder.close();
    await expect.poll(() => state.notReady()).toMatch('cannot be written: torn');
    await expect(state.append(entry)).rejects.toThrow('torn');
    await expect.poll(() => state.notReady()).toBeUndefined();
    expect(reads).toBe(3);
  });

  it('without its lock is spoilt by two writers (negative control)', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const writers = [await AuditLog.open(dirname(file)), await AuditLog.open(dirname(file))];
    for (const writer of writers) await writer.append(entry);
    for (const writer of writers) await writer.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: false, code: 'KARS_AUDIT_LINK' });
  });

  it('that cannot be made is not ready, and is tried again', async () => {
    const parent = join(temporaryDirectory(), 'file');
    writeFileSync(parent, '');
    const { state } = await open(join(parent, 'state'));
    expect(state.notReady()).toMatch(/^\[KARS_STATE_UNWRITABLE\] .*ENOTDIR/);
  });

  it('whose lock is no lock is not ready', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'lock'));
    expect((await open(directory)).state.notReady()).toContain('KARS_STATE_UNWRITABLE');
  });

  it('whose log cannot be continued is not ready until the log has been moved away', async () => {
    const directory = temporaryDirectory();
    appendFileSync(join(directory, 'audit.jsonl'), 'no record\n');
    const { state } = await open(directory);
    expect(state.notReady()).toContain('KARS_AUDIT_BROKEN');
    await expect(state.append(entry)).rejects.toThrow('KARS_AUDIT_BROKEN');
  });

  it.runIf(process.platform === 'linux')(
    'on a file system that is not known to be local is refused (Linux)',
    async () => {
      const { state } = await open('/proc/self');
      expect(state.notReady()).toMatch(
        /^\[KARS_STATE_FILE_SYSTEM\] \/proc\/self is on a file system of type 0x9fa0, supply /,
      );
    },
  );

  it('finds the type of a file system in user space by its device', () => {
    const table = [
      '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
      '40 22 0:45 / /a rw,nosuid shared:5 master:1 - fuse.blobfuse2 blobfuse2 rw',
      '41 22 0:46 / /b rw - virtiofs kata rw',
    ].join('\n');
    expect(['0:45', '0:46', '0:47'].map((device) => mountType(table, device))).toEqual([
      'fuse.blobfuse2',
      'virtiofs',
      undefined,
    ]);
  });
});
