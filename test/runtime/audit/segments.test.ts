import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import type { AuditBounds } from '../../../runtime/audit/bounds.ts';
import { segmentFiles } from '../../../runtime/audit/segments.ts';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { deniedModel as entry } from '../../support/audit.ts';
import { temporaryDirectory } from '../../support/documents.ts';

const SMALL = { segmentBytes: 1000 };

async function write(directory: string, count: number, bounds: AuditBounds = SMALL) {
  const log = await AuditLog.open(directory, bounds);
  try {
    await Promise.all(Array.from({ length: count }, () => log.append(entry)));
  } finally {
    await log.close();
  }
}

const verify = async (directory: string) => verifyAuditLog(await segmentFiles(directory));
const closed = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.startsWith('audit-'))
    .sort();

/** As if the segments had been closed so many days ago. */
function age(directory: string, names: readonly string[], days: number): void {
  const then = Date.now() / 1000 - days * 86_400;
  for (const name of names) utimesSync(join(directory, name), then, then);
}

describe('a log in segments', () => {
  it('is one chain over all of them, also through restarts', async () => {
    const directory = temporaryDirectory();
    for (let start = 0; start < 5; start += 1) await write(directory, 7);
    expect(closed(directory).length).toBeGreaterThan(3);
    expect(await verify(directory)).toMatchObject({ ok: true, from: 0, records: 35, denied: 35 });
    const copy = join(temporaryDirectory(), 'copy.jsonl');
    const files = await segmentFiles(directory);
    writeFileSync(copy, files.map((file) => readFileSync(file, 'utf8')).join(''));
    expect(await verifyAuditLog(copy)).toMatchObject({ ok: true, records: 35 });
  });

  it('closes each at its bound, however many records come at once', async () => {
    const directory = temporaryDirectory();
    await write(directory, 20);
    const sizes = (await segmentFiles(directory)).map((file) => statSync(file).size);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThan(2 * SMALL.segmentBytes);
  });

  it('goes on where a crash came between two segments', async () => {
    const directory = temporaryDirectory();
    await write(directory, 2);
    renameSync(join(directory, 'audit.jsonl'), join(directory, 'audit-000000000000001.jsonl'));
    await write(directory, 1);
    expect(await verify(directory)).toMatchObject({ ok: true, records: 3 });
    rmSync(join(directory, 'audit.jsonl'));
    writeFileSync(join(directory, 'audit.jsonl'), '');
    await write(directory, 1);
    expect(await verify(directory)).toMatchObject({ ok: true, records: 3 });
  });

  it('is whole when it was killed while it rotated', async () => {
    const directory = temporaryDirectory();
    const module = new URL('../../../runtime/audit/audit-log.ts', import.meta.url).href;
    const script = `const { AuditLog } = await import(${JSON.stringify(module)});
      const log = await AuditLog.open(${JSON.stringify(directory)}, { segmentBytes: 1 });
      console.log('open');
      for (;;) await log.append(${JSON.stringify(entry)});`;
    for (let kill = 0; kill < 3; kill += 1) {
      const child = spawn(
        process.execPath,
        ['--conditions=kars:source', '--input-type=module', '-e', script],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      );
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child.stdout, 'data');
      const before = closed(directory).length;
      await expect.poll(() => closed(directory).length).toBeGreaterThan(before + 20);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await write(directory, 1);
      expect(await verify(directory)).toMatchObject({ ok: true, from: 0 });
    }
  });

  it.each<[string, (directory: string, names: string[]) => void, string]>([
    ['a segment is missing', (at, [, name = '']) => rmSync(join(at, name)), 'KARS_AUDIT_LINK'],
    ['the oldest is missing', (at, [name = '']) => rmSync(join(at, name)), 'KARS_AUDIT_LINK'],
    [
      'two changed places',
      (at, [a = '', b = '']) => {
        renameSync(join(at, a), join(at, 'x'));
        renameSync(join(at, b), join(at, a));
        renameSync(join(at, 'x'), join(at, b));
      },
      'KARS_AUDIT_LINK',
    ],
    [
      'one ends early',
      (at, [name = '']) => {
        const lines = readFileSync(join(at, name), 'utf8').split('\n').slice(0, -2);
        writeFileSync(join(at, name), `${lines.join('\n')}\n`);
      },
      'KARS_AUDIT_LINK',
    ],
  ])('does not verify when %s', async (_what, spoil, code) => {
    const directory = temporaryDirectory();
    await write(directory, 20);
    spoil(directory, closed(directory));
    expect(await verify(directory)).toMatchObject({ ok: false, code });
  });
});

describe('old segments', () => {
  it('are removed when all of their records are old enough, and a record says so', async () => {
    const directory = temporaryDirectory();
    await write(directory, 20);
    const names = closed(directory);
    age(directory, names.slice(0, 2), 31);
    age(directory, names.slice(2), 29);
    await write(directory, 1, { ...SMALL, retentionDays: 30 });
    expect(closed(directory).slice(0, 1)).toEqual(names.slice(2, 3));
    const result = await verify(directory);
    expect(result).toMatchObject({ ok: true, allowed: 0 });
    expect(result.ok && result.from).toBe(Number(/\d+/.exec(names[1] ?? '')?.[0]) + 1);
  });

  it('stay without a retention, and the newest one always', async () => {
    const directory = temporaryDirectory();
    await write(directory, 20);
    const names = closed(directory);
    age(directory, names, 1000);
    await write(directory, 1);
    expect(closed(directory).slice(0, names.length)).toEqual(names);
    age(directory, closed(directory), 1000);
    const newest = closed(directory).at(-1);
    await write(directory, 1, { segmentBytes: 100_000, retentionDays: 30 });
    expect(closed(directory)).toEqual([newest]);
    await write(directory, 1);
    expect(await verify(directory)).toMatchObject({ ok: true });
  });

  it('that somebody removed besides do not verify', async () => {
    const directory = temporaryDirectory();
    await write(directory, 20);
    age(directory, closed(directory).slice(0, 1), 31);
    await write(directory, 1, { ...SMALL, retentionDays: 30 });
    rmSync(join(directory, closed(directory)[0] ?? ''));
    expect(await verify(directory)).toMatchObject({ ok: false, code: 'KARS_AUDIT_LINK' });
  });
});

describe('a log with a bound', () => {
  const BOUNDS = { bytes: 400_000, segmentBytes: 50_000 };

  it('takes no record past it, loses none, and does not open', async () => {
    const directory = temporaryDirectory();
    const log = await AuditLog.open(directory, BOUNDS);
    let written = 0;
    const fill = async (): Promise<void> => {
      for (; written < 10_000; written += 1) await log.append(entry);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'KARS_AUDIT_FULL' });
    expect(log.bytes).toBeLessThanOrEqual(BOUNDS.bytes);
    await log.close();
    const sizes = (await segmentFiles(directory)).map((file) => statSync(file).size);
    expect(log.bytes).toBe(sizes.slice(0, -1).reduce((sum, size) => sum + size, 0));
    expect(await verify(directory)).toMatchObject({ ok: true, records: written });
    await expect(AuditLog.open(directory, BOUNDS)).rejects.toMatchObject({
      code: 'KARS_AUDIT_FULL',
    });
  });

  it('has room again when a segment is old enough', async () => {
    const directory = temporaryDirectory();
    await write(directory, 10_000, BOUNDS).catch(() => undefined);
    const bounds = { ...BOUNDS, retentionDays: 30 };
    await expect(AuditLog.open(directory, bounds)).rejects.toThrow('none is old enough');
    age(directory, closed(directory).slice(0, 2), 31);
    await write(directory, 1, bounds);
    expect(await verify(directory)).toMatchObject({ ok: true });
  });
});
