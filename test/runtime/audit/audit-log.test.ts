import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs, { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { recordHash, type AuditRecord } from 'kars-constructs/contract';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { deniedModel as entry } from '../../support/audit.ts';
import { temporaryDirectory } from '../../support/documents.ts';

async function written(count: number): Promise<string> {
  const file = join(temporaryDirectory(), 'audit.jsonl');
  const log = await AuditLog.open(dirname(file));
  await Promise.all(Array.from({ length: count }, () => log.append(entry)));
  await log.close();
  return file;
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

/** What every handle is made from, which Node.js does not export. */
async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await open(process.execPath, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

function rewrite(file: string, change: (records: AuditRecord[]) => AuditRecord[]): void {
  const records = linesOf(file).map((line) => JSON.parse(line) as AuditRecord);
  writeFileSync(
    file,
    change(records)
      .map((record) => `${JSON.stringify(record)}\n`)
      .join(''),
  );
}

describe('an audit log', () => {
  it('chains records that are appended at once', async () => {
    const result = await verifyAuditLog(await written(50));
    expect(result).toMatchObject({ ok: true, records: 50, denied: 50, allowed: 0 });
  });

  it('counts the denials that share a record', async () => {
    const file = await written(1);
    const log = await AuditLog.open(dirname(file));
    await log.append({ ...entry, repeats: { count: 41, since: '2030-01-01T00:00:00.000Z' } });
    await log.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 2, denied: 42 });
  });

  it('continues its chain after a restart', async () => {
    const file = await written(3);
    const again = await AuditLog.open(dirname(file));
    const record = await again.append({ ...entry, tokens: { input: 5, output: 2 } });
    await again.close();
    expect(record.seq).toBe(3);
    expect(await verifyAuditLog(file)).toMatchObject({
      ok: true,
      records: 4,
      denied: 3,
      tokens: { input: 5, output: 2 },
      head: record.hash,
    });
  });

  it('cuts off a line that a crash has torn, and goes on', async () => {
    const file = await written(3);
    truncateSync(file, readFileSync(file).length - 10);
    expect(await verifyAuditLog(file)).toMatchObject({
      ok: false,
      line: 3,
      code: 'KARS_AUDIT_TORN',
    });
    const again = await AuditLog.open(dirname(file));
    expect(again.cutOff).toBeGreaterThan(0);
    expect((await again.append(entry)).seq).toBe(2);
    await again.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 3 });
  });

  it('survives being killed in the middle of writing', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const module = new URL('../../../runtime/audit/audit-log.ts', import.meta.url).href;
    const script = `const { AuditLog } = await import(${JSON.stringify(module)});
      const log = await AuditLog.open(${JSON.stringify(dirname(file))});
      console.log('open');
      for (;;) await log.append(${JSON.stringify(entry)});`;
    const child = spawn(
      process.execPath,
      ['--conditions=kars:source', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(child.stdout, 'data');
    await expect.poll(() => readFileSync(file).length).toBeGreaterThan(10_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const again = await AuditLog.open(dirname(file));
    const { seq } = await again.append(entry);
    await again.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: seq + 1 });
  });

  it('leaves no half of a record behind when a write fails in the middle', async () => {
    // No write past 4 KiB, as on a full disk: the shell sets the limit, in blocks of 512 bytes.
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const module = new URL('../../../runtime/audit/audit-log.ts', import.meta.url).href;
    const script = `process.on('SIGXFSZ', () => {});
      const { AuditLog } = await import(${JSON.stringify(module)});
      const log = await AuditLog.open(${JSON.stringify(dirname(file))});
      let failed = 0;
      for (let i = 0; i < 30; i += 1) await log.append(${JSON.stringify(entry)}).catch(() => { failed += 1; });
      console.log(failed);`;
    const program = join(temporaryDirectory(), 'fill.mjs');
    writeFileSync(program, script);
    const { stdout } = spawnSync(
      'sh',
      ['-c', `ulimit -f 8; exec "$0" --conditions=kars:source ${program}`, process.execPath],
      { encoding: 'utf8' },
    );
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true });
  });

  it('writes records together that came together, in their order', async () => {
    const file = await written(1);
    const log = await AuditLog.open(dirname(file));
    const append = vi.spyOn(fs, 'writeSync');
    onTestFinished(() => append.mockRestore());
    const first = [log.append(entry), log.append(entry)];
    await expect.poll(() => append.mock.calls.length).toBe(1);
    const more = Array.from({ length: 10 }, () => log.append(entry));
    const seqs = (await Promise.all([...first, ...more])).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(append.mock.calls.length).toBeLessThanOrEqual(3);
    await log.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 13 });
  });

  it('fails every record of a write that fails, and goes on with the next', async () => {
    const file = await written(1);
    const log = await AuditLog.open(dirname(file));
    const append = vi.spyOn(fs, 'writeSync').mockImplementationOnce(() => {
      appendFileSync(file, linesOf(file)[0] ?? '');
      throw new Error('disk full');
    });
    onTestFinished(() => append.mockRestore());
    const lost = await Promise.allSettled([log.append(entry), log.append(entry)]);
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await log.append(entry)).seq).toBe(1);
    await log.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 2 });
  });

  it('goes on behind a record that JSON cannot carry', async () => {
    const file = await written(0);
    const log = await AuditLog.open(dirname(file));
    const tokens = { input: Number.NaN, output: 0 };
    await expect(log.append({ ...entry, tokens })).rejects.toThrow('JSON has no form');
    expect((await log.append(entry)).seq).toBe(0);
    await log.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 1 });
  });

  it('takes no more records when half of one cannot be cut off', async () => {
    const file = await written(1);
    const log = await AuditLog.open(dirname(file));
    const prototype = await fileHandlePrototype();
    const append = vi.spyOn(fs, 'writeSync').mockImplementationOnce(() => {
      appendFileSync(file, '{"seq":');
      throw new Error('disk full');
    });
    const truncate = vi.spyOn(prototype, 'truncate').mockRejectedValueOnce(new Error('disk gone'));
    onTestFinished(() => {
      append.mockRestore();
      truncate.mockRestore();
    });
    await expect(log.append(entry)).rejects.toThrow('disk gone');
    await expect(log.append(entry)).rejects.toThrow('half a record');
    await log.close();
    await (await AuditLog.open(dirname(file))).close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 1 });
  });

  it.each<[string, (file: string) => void]>([
    ['whose end is no record', (file) => appendFileSync(file, 'not a record\n')],
    [
      'whose last record was changed',
      (file) => rewrite(file, (records) => records.map((r) => ({ ...r, target: 'large' }))),
    ],
    [
      'that lacks the record before the last one',
      (file) => rewrite(file, (records) => records.filter(({ seq }) => seq !== 1)),
    ],
    ['that lacks its beginning', (file) => rewrite(file, (records) => records.slice(2))],
    [
      'whose last line is longer than any record',
      (file) => appendFileSync(file, 'x'.repeat(2 ** 20)),
    ],
  ])('refuses to continue a log %s, and leaves it as it is', async (_what, spoil) => {
    const file = await written(3);
    spoil(file);
    appendFileSync(file, '{"seq":');
    const before = readFileSync(file, 'utf8');
    await expect(AuditLog.open(dirname(file))).rejects.toMatchObject({ code: 'KARS_AUDIT_BROKEN' });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('takes whatever separators the agent puts into a record as parts of it', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const log = await AuditLog.open(dirname(file));
    const target = 'a\u2028b\u2029c\u0085d\r\ne\u0000\ud800';
    await log.append({ ...entry, target });
    await log.close();
    await (await AuditLog.open(dirname(file))).close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 1 });
  });
});

describe('verification finds', () => {
  it.each<[string, (records: AuditRecord[]) => AuditRecord[], string, number]>([
    [
      'a changed field',
      (records) => records.map((record) => ({ ...record, target: 'large' })),
      'KARS_AUDIT_HASH',
      1,
    ],
    [
      'a changed field with a hash of its own',
      (records) =>
        records.map((record, index) => {
          const { hash, ...open } = { ...record, decision: 'allow' as const };
          return index === 1 ? { ...open, hash: recordHash(open) } : { ...record, hash };
        }),
      'KARS_AUDIT_LINK',
      3,
    ],
    [
      'a record that was taken out',
      (records) => records.filter((_, index) => index !== 1),
      'KARS_AUDIT_LINK',
      2,
    ],
    ['a log that starts in the middle', (records) => records.slice(1), 'KARS_AUDIT_LINK', 1],
    ['two records that changed places', (records) => records.reverse(), 'KARS_AUDIT_LINK', 2],
    [
      'an unknown member',
      (records) => records.map((record) => ({ ...record, note: 'x' })),
      'KARS_AUDIT_MALFORMED',
      1,
    ],
  ])('%s', async (_what, change, code, line) => {
    const file = await written(3);
    rewrite(file, change);
    expect(await verifyAuditLog(file)).toMatchObject({ ok: false, code, line });
  });

  it('a line without an end, without reading all of it', async () => {
    const file = await written(1);
    appendFileSync(file, 'x'.repeat(2 ** 20));
    expect(await verifyAuditLog(file)).toMatchObject({
      ok: false,
      line: 2,
      code: 'KARS_AUDIT_MALFORMED',
    });
  });

  it('nothing in an empty log', async () => {
    expect(await verifyAuditLog(await written(0))).toMatchObject({ ok: true, records: 0 });
  });
});
