import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BytesFile } from '../../../runtime/egress-proxy/bytes-file.ts';
import { BytesOfTargets } from '../../../runtime/egress-proxy/bytes-of-targets.ts';
import { createLog } from '../../../runtime/service/log.ts';
import { temporaryDirectory, writeDocuments } from '../../support/documents.ts';
import { prepare, start, type Place } from './process.ts';

const FILE = 'bytes-of-targets.json';
const log = createLog('egress-proxy', () => undefined);

const policy = {
  source: { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' },
  allowlist: { entries: ['a', 'b'].map((host) => ({ host: `${host}.example`, port: 443 })) },
};

/** What a process at some time of the wall clock counts, by what the directory holds. */
async function counting(directory: string, wall: number, bytes = 100) {
  const targets = new BytesOfTargets({ bytes, seconds: 60 });
  const file = new BytesFile(targets, () => wall);
  await file.read(directory, log);
  return { of: (host: string) => targets.of({ host, port: 443 }, policy), end: () => file.close() };
}

describe('what entries have carried', () => {
  it('counts in the next process until its window ends', async () => {
    const directory = temporaryDirectory();
    const first = await counting(directory, 0);
    expect(first.of('a.example').meter(101)).toBeDefined();
    expect(first.of('b.example').meter(90)).toBeUndefined();
    await first.end();
    const second = await counting(directory, 30_000);
    expect(second.of('a.example').refusal?.reason).toContain('may carry 100 bytes in 60 seconds');
    expect(second.of('b.example').refusal).toBeUndefined();
    expect(second.of('b.example').meter(11)).toBeDefined();
    await second.end();
    const third = await counting(directory, 59_000);
    expect(third.of('b.example').refusal).toBeDefined();
    await third.end();
    const later = await counting(directory, 120_000);
    expect(later.of('a.example').refusal).toBeUndefined();
    expect(later.of('b.example').meter(100)).toBeUndefined();
    await later.end();
  });

  it('lasts no longer than a window where the clock was set back, and is held to the limit of now', async () => {
    const directory = temporaryDirectory();
    const first = await counting(directory, 1_000_000);
    expect(first.of('a.example').meter(90)).toBeUndefined();
    await first.end();
    const second = await counting(directory, 0, 50);
    expect(second.of('a.example').meter(1)).toBeDefined();
    await second.end();
    const { windows } = JSON.parse(readFileSync(join(directory, FILE), 'utf8')) as {
      windows: { milliseconds: number }[];
    };
    expect(windows[0]?.milliseconds).toBeLessThanOrEqual(60_000);
  });

  it.each(['', '{}', '{"version":2,"at":"2026-01-31T09:00:00.000Z","windows":[]}'])(
    'is not begun anew where the file holds %j',
    async (text) => {
      const directory = temporaryDirectory();
      writeFileSync(join(directory, FILE), text);
      await expect(counting(directory, 0)).rejects.toMatchObject({ code: 'KARS_BYTES_BROKEN' });
    },
  );

  it('is refused by the process that follows one which was killed', async () => {
    const place = await prepare();
    const entries = [{ host: 'site.example', port: 80 }];
    writeDocuments(place.documents, { 'egress-allowlist': { entries } });
    const run = (where: Place) => start(where, '--limit-bytes-of-target=400/3600');
    const first = await run(place);
    expect(await first.get('http://site.example/')).toBe(200);
    await expect.poll(() => first.get('http://site.example/')).toBe(429);
    const file = join(place.state, FILE);
    await expect
      .poll(() => readFileSync(file, 'utf8'), { timeout: 5000 })
      .toContain('"isUsed":true');
    first.child.kill();
    await first.child.ended();
    const second = await run(place);
    expect(await second.get('http://site.example/')).toBe(429);
    const elsewhere = await run({ ...place, state: join(temporaryDirectory(), 'state') });
    expect(await elsewhere.get('http://site.example/')).toBe(200);
  });
});
