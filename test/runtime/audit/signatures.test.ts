import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ed25519Signer, recordHash, type AuditRecord } from 'kars-constructs/contract';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import type { AuditBounds } from '../../../runtime/audit/bounds.ts';
import { segmentFiles } from '../../../runtime/audit/segments.ts';
import { signingKey } from '../../../runtime/audit/signing-key.ts';
import { verifyAuditLog } from '../../../runtime/audit/verify.ts';
import { deniedModel } from '../../support/audit.ts';
import { temporaryDirectory } from '../../support/documents.ts';

const another = () =>
  ed25519Signer(
    String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
  );

async function written(count: number, bounds: AuditBounds = {}) {
  const directory = temporaryDirectory();
  const signer = await signingKey(directory);
  const log = await AuditLog.open(directory, bounds, signer);
  for (let index = 0; index < count; index += 1) await log.append(deniedModel);
  await log.close();
  return { directory, key: signer.key, file: join(directory, 'audit.jsonl') };
}

const recordsOf = (file: string): AuditRecord[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditRecord);

/** Writes records as one would who changes them and makes every hash and link right again. */
function forge(file: string, change: (records: AuditRecord[]) => AuditRecord[]): void {
  let previous: AuditRecord | undefined;
  const lines = change(recordsOf(file)).map((record, index) => {
    const open = { ...record, hash: undefined, seq: index, prev: previous?.hash ?? record.prev };
    previous = { ...open, hash: recordHash(open) };
    return `${JSON.stringify(previous)}\n`;
  });
  writeFileSync(file, lines.join(''));
}

describe('a signed log', () => {
  it('is signed to its end when it is closed, and says by which key', async () => {
    const { file, key } = await written(3);
    expect(await verifyAuditLog(file, [key])).toMatchObject({
      ok: true,
      records: 3,
      denied: 3,
      signedThrough: 3,
      signedLate: 0,
      keys: [key],
    });
  });

  it('is signed at the end of each segment', async () => {
    const { directory, key } = await written(24, { segmentBytes: 2000 });
    const files = await segmentFiles(directory);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const last = recordsOf(file).at(-1);
      expect(last?.anchor?.at).toBe(file === files.at(-1) ? 'stop' : 'rotation');
    }
    expect(await verifyAuditLog(files, [key])).toMatchObject({ ok: true, records: 24 });
  });

  it('is signed after many records, without a pause', async () => {
    const directory = temporaryDirectory();
    const log = await AuditLog.open(directory, {}, await signingKey(directory));
    await Promise.all(Array.from({ length: 600 }, () => log.append(deniedModel)));
    const file = join(directory, 'audit.jsonl');
    const anchors = recordsOf(file).filter(({ anchor }) => anchor?.at === 'interval');
    expect(anchors).toHaveLength(2);
    await log.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, records: 600 });
  });

  it('tells which records a later process has signed', async () => {
    const { directory, file, key } = await written(2);
    const killed = await AuditLog.open(directory);
    await killed.append(deniedModel);
    await killed.close();
    expect(await verifyAuditLog(file, [key])).toMatchObject({ signedThrough: 2, signedLate: 0 });
    const next = await AuditLog.open(directory, {}, await signingKey(directory));
    await next.close();
    expect(await verifyAuditLog(file, [key])).toMatchObject({ signedThrough: 4, signedLate: 1 });
  });

  it.each<[string, (records: AuditRecord[]) => AuditRecord[]]>([
    [
      'a decision is changed',
      (records) => records.map((record) => ({ ...record, decision: 'allow', code: '' })),
    ],
    ['a record is left out', ([, ...rest]) => rest],
    ['one is put in', (records) => [...records.slice(0, 1), ...records]],
    [
      'two change places',
      ([first, second, ...rest]) => [second, first, ...rest].filter((one) => one !== undefined),
    ],
    [
      'another time is written into a signature',
      (records) => records.map((record) => ({ ...record, time: '2030-01-01T00:00:00.000Z' })),
    ],
  ])('does not hold when %s and every hash is made right again', async (_what, change) => {
    const { file } = await written(3);
    forge(file, change);
    expect(await verifyAuditLog(file)).toMatchObject({ ok: false, code: 'KARS_AUDIT_SIGNATURE' });
    // What the signatures add: without them, nothing is wrong with the chain.
    forge(file, (records) => records.filter(({ anchor }) => anchor === undefined));
    forge(file, ([first, ...rest]) => [
      ...(first === undefined ? [] : [{ ...first, prev: '0'.repeat(64) }]),
      ...rest,
    ]);
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, signedThrough: undefined });
  });

  it('does not hold for its key when it is signed anew by another one, or not at all', async () => {
    const { file, key, directory } = await written(3);
    writeFileSync(file, '');
    const forged = await AuditLog.open(directory, {}, another());
    await forged.append({ ...deniedModel, decision: 'allow', code: '' });
    await forged.close();
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true });
    expect(await verifyAuditLog(file, [key])).toMatchObject({ ok: false, code: 'KARS_AUDIT_KEY' });
    forge(file, (records) => records.filter(({ anchor }) => anchor === undefined));
    expect(await verifyAuditLog(file, [key])).toMatchObject({
      ok: false,
      code: 'KARS_AUDIT_UNSIGNED',
    });
  });

  it('says how far it is signed when its end is cut off or forged', async () => {
    const { file, key } = await written(3);
    forge(file, (records) => records.slice(0, 3));
    expect(await verifyAuditLog(file, [key])).toMatchObject({ code: 'KARS_AUDIT_UNSIGNED' });
    const other = await written(3);
    const log = await AuditLog.open(other.directory);
    await log.append(deniedModel);
    await log.close();
    expect(await verifyAuditLog(other.file, [other.key])).toMatchObject({
      ok: true,
      records: 4,
      signedThrough: 3,
    });
  });
});

describe('the key of a log', () => {
  it('is made once, for the process alone', async () => {
    const directory = temporaryDirectory();
    const { key } = await signingKey(directory);
    expect((await signingKey(directory)).key).toBe(key);
    expect(statSync(join(directory, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('is made anew where a crash has left half of one', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'signing-key.pem.new'), '-----BEGIN');
    await expect(signingKey(directory)).resolves.toHaveProperty('key');
  });

  it.each([
    ['no key', 'hello'],
    [
      'a key of another kind',
      String(
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }),
      ),
    ],
  ])('is left as it is when it is %s', async (_what, text) => {
    const directory = temporaryDirectory();
    const file = join(directory, 'signing-key.pem');
    writeFileSync(file, text);
    await expect(signingKey(directory)).rejects.toMatchObject({ code: 'KARS_AUDIT_KEY' });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('the beginning of a signed log', () => {
  it('is not cut off by a record that nobody has signed', async () => {
    const { file, key } = await written(6);
    const all = recordsOf(file);
    const [first] = all.splice(0, 3);
    const kept = all[0];
    const last = all.at(-1);
    if (first === undefined || kept === undefined || last === undefined)
      throw new Error('no records');
    const removed = { through: kept.seq - 1, hash: kept.prev };
    const next = { removed, seq: last.seq + 1, prev: last.hash };
    const open = { ...first, ...next, hash: undefined };
    const lines = [...all, { ...open, hash: recordHash(open) }];
    writeFileSync(file, lines.map((record) => `${JSON.stringify(record)}\n`).join(''));
    expect(await verifyAuditLog(file, [key])).toMatchObject({ ok: false, code: 'KARS_AUDIT_LINK' });
    expect(await verifyAuditLog(file)).toMatchObject({ ok: true, from: 3 });
  });

  it('is removed by a record that is signed before it is gone', async () => {
    const directory = temporaryDirectory();
    const signer = await signingKey(directory);
    const log = await AuditLog.open(directory, { segmentBytes: 2000, retentionDays: 0 }, signer);
    for (let index = 0; index < 40; index += 1) await log.append(deniedModel);
    const files = await segmentFiles(directory);
    const result = await verifyAuditLog(files, [signer.key]);
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && result.from).toBeGreaterThan(0);
    await log.close();
  });
});
