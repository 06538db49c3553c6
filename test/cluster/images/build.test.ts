import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImageList } from 'kars-constructs/contract';
import { cacheRoot } from '../../../scripts/cache.ts';
import { buildImages } from '../../../scripts/images/build.ts';
import { readLock } from '../../../scripts/images/debian-lock.ts';
import { fetchPackages } from '../../../scripts/images/debian.ts';
import { keyOf } from '../../../scripts/images/inputs.ts';
import { describeImage } from '../../../scripts/images/sbom.ts';
import { temporaryDirectory } from '../../support/documents.ts';

const workshop = { cache: cacheRoot(), progress: () => undefined };

interface Spdx {
  readonly name: string;
  readonly packages: readonly {
    readonly externalRefs?: readonly { readonly referenceLocator: string }[];
  }[];
}

describe('npm run images', () => {
  const copy = mkdtempSync(join(tmpdir(), 'kars-clean-'));

  afterAll(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  it('makes the same digests from another checkout, host name, umask and empty cache', async () => {
    const cache = join(copy, 'cache', 'kars');
    // What was downloaded is checked against the lock anyway.
    mkdirSync(join(cache, 'debian'), { recursive: true });
    for (const file of globSync(join(cacheRoot(), 'debian/*.deb'))) {
      cpSync(file, join(cache, 'debian', basename(file)));
    }
    const checkout = join(copy, 'checkout');
    mkdirSync(checkout);
    for (const entry of ['lib', 'runtime', 'scripts', 'tools', 'stacks', 'package.json']) {
      cpSync(entry, join(checkout, entry), { recursive: true });
    }
    // Links, which are soon made, where it is on the same disk.
    const copying = 'cp -al "$1" "$2" 2> /dev/null || cp -a "$1" "$2"';
    execFileSync('sh', ['-c', copying, 'copy', resolve('node_modules'), checkout]);
    const script =
      'hostname elsewhere && umask 077 && exec node --conditions=kars:source scripts/images.ts "$@"';
    const options = ['--no-sbom', '--json', `--cache=${cache}`, `--out=${join(copy, 'out')}`];
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--uts', 'sh', '-c', script, 'images', ...options],
      { cwd: checkout, encoding: 'utf8', env: { ...process.env, TZ: 'Asia/Tokyo' } },
    );
    expect(stderr).toContain('building the layer node');
    const there = (JSON.parse(stdout) as ImageList).images;
    const here = await buildImages(workshop);
    expect(Object.fromEntries(here.map(({ name, digest }) => [name, digest]))).toEqual(
      Object.fromEntries(Object.entries(there).map(([name, image]) => [name, image?.digest])),
    );
  }, 600_000);

  it('says what it takes, and ends with code 2 for what it does not take', () => {
    const run = (option: string) =>
      spawnSync(process.execPath, ['--conditions=kars:source', 'scripts/images.ts', option]);
    expect(run('--help')).toMatchObject({ status: 0 });
    const { status, stderr } = run('--fast');
    expect(status).toBe(2);
    expect(String(stderr)).toContain('usage: npm run images');
  });

  it('makes another image when a file of it changes (negative control)', async () => {
    const content = { kind: 'text', path: 'etc/x', text: 'x' } as const;
    const lock = readLock();
    const key = await keyOf([content], [], lock, workshop);
    expect(await keyOf([content], [], lock, workshop)).toBe(key);
    expect(await keyOf([{ ...content, text: 'y' }], [], lock, workshop)).not.toBe(key);
  });
});

describe('the SBOM', () => {
  it.each([
    ['router', ['pkg:npm/fastify@', 'pkg:npm/undici@', 'pkg:generic/node@', 'pkg:deb/debian/libc6@', 'pkg:deb/debian/libstdc%2B%2B6@']], // prettier-ignore
    ['guard', ['pkg:deb/debian/nftables@', 'pkg:deb/debian/iptables@', 'pkg:golang/github.com/landlock-lsm/go-landlock@', 'pkg:golang/stdlib@']], // prettier-ignore
  ] as const)('of %s names what it is made of', async (name, expected) => {
    const [image] = await buildImages(workshop, [name]);
    if (image === undefined) throw new Error('there is no image');
    const document = JSON.parse(readFileSync(await describeImage(image, workshop), 'utf8')) as Spdx;
    const found = document.packages
      .flatMap(({ externalRefs = [] }) => externalRefs)
      .map(({ referenceLocator }) => referenceLocator);
    expect(document.name).toBe(`kars-${name}`);
    expect(expected.filter((start) => !found.some((url) => url.startsWith(start)))).toEqual([]);
  });
});

describe('the lock of Debian packages', () => {
  const lock = readLock();
  const [first] = lock.packages;
  if (first === undefined) throw new Error('the lock is empty');
  const only = (change: object) => ({ ...lock, packages: [{ ...first, ...change }] });

  it.each([
    ['missing', undefined],
    ['malformed', '{'],
    ['of other recipes', JSON.stringify(only({}))],
  ])('is refused when it is %s, with the command that refreshes it', (_, content) => {
    const file = join(temporaryDirectory(), 'lock.json');
    if (content !== undefined) writeFileSync(file, content);
    expect(() => readLock(file)).toThrow(
      /\[KARS_IMAGES_LOCK_STALE\] .*; refresh it with: npm run images -- --refresh-lock/,
    );
  });

  it('is refused when Debian no longer has a version', async () => {
    const gone = only({ version: '0.0.1', sha256: '0'.repeat(64) });
    await expect(fetchPackages(gone, { ...workshop, cache: temporaryDirectory() })).rejects.toThrow(
      `[KARS_IMAGES_LOCK_STALE] Debian no longer has ${first.name} 0.0.1; refresh it with: npm run images -- --refresh-lock`,
    );
  });

  it('refuses a package that is not what it says', async () => {
    const other = only({ sha256: '0'.repeat(64) });
    await expect(
      fetchPackages(other, { ...workshop, cache: temporaryDirectory() }),
    ).rejects.toThrow('[KARS_IMAGES_CHECKSUM]');
    const cache = temporaryDirectory();
    mkdirSync(join(cache, 'debian'));
    const [name] = globSync(`${first.name}-*.deb`, { cwd: join(cacheRoot(), 'debian') });
    writeFileSync(join(cache, 'debian', name ?? ''), 'changed');
    await expect(fetchPackages(only({}), { ...workshop, cache })).rejects.toThrow(
      '[KARS_IMAGES_CHECKSUM]',
    );
  });
});
