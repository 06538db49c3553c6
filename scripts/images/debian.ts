import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ARCHITECTURE,
  lockFile,
  packagesOfRecipes,
  readLock,
  stale,
  type DebianLock,
  type LockedPackage,
} from './debian-lock.ts';
import { ImagesFailure } from './failure.ts';
import { attempt, must, type Workshop } from './run.ts';

/** Debian release that the packages are of: the C library that the pinned Node.js runs on. */
const SUITE = 'bookworm';

// apt drops root for a download, and then cannot write to a directory of root's.
const DOWNLOAD = ['-q', '-o', 'APT::Sandbox::User=root', 'download'];

/** Paths in the cache, by name of the package. */
export type Archives = ReadonlyMap<string, string>;

const pathIn = (cache: string, { name, sha256 }: LockedPackage): string =>
  join(cache, 'debian', `${name}-${sha256.slice(0, 16)}.deb`);

/** Whether nothing has to be downloaded. */
export const arePackagesHere = (cache: string): boolean =>
  readLock().packages.every((entry) => existsSync(pathIn(cache, entry)));

/** The packages of a lock, downloaded where the cache lacks them, each checked. */
export async function fetchPackages(lock: DebianLock, workshop: Workshop): Promise<Archives> {
  await mkdir(join(workshop.cache, 'debian'), { recursive: true });
  const path = (entry: LockedPackage): string => pathIn(workshop.cache, entry);
  const missing = lock.packages.filter((entry) => !existsSync(path(entry)));
  if (missing.length > 0) {
    workshop.progress(`downloading ${missing.length} Debian packages`);
    await download(missing, path);
  }
  for (const entry of lock.packages) await check(entry, path(entry));
  return new Map(lock.packages.map((entry) => [entry.name, path(entry)]));
}

async function download(
  missing: readonly LockedPackage[],
  path: (entry: LockedPackage) => string,
): Promise<void> {
  const wanted = missing.map(({ name, version }) => `${name}=${version}`);
  await withDirectory(async (directory) => {
    const first = await attempt('apt-get', [...DOWNLOAD, ...wanted], { cwd: directory });
    // The lists of a new machine are empty, and those of an old one know no newer version.
    const { ok, stderr } = first.ok ? first : await afterUpdate(directory, wanted);
    if (!ok) throw notToBeHad(stderr);
    for (const entry of missing) {
      const file = await downloaded(directory, entry.name);
      await check(entry, file);
      const unfinished = `${path(entry)}.${process.pid}`;
      await copyFile(file, unfinished);
      await rename(unfinished, path(entry));
    }
  });
}

async function afterUpdate(directory: string, wanted: readonly string[]) {
  await attempt('apt-get', ['update', '-qq', '-o', 'DPkg::Lock::Timeout=300']);
  return attempt('apt-get', [...DOWNLOAD, ...wanted], { cwd: directory });
}

function notToBeHad(stderr: string): ImagesFailure {
  const gone = [...stderr.matchAll(/Version '([^']+)' for '([^']+)' was not found/g)];
  const names = gone.map(([, version = '', name = '']) => `${name} ${version}`);
  return names.length > 0
    ? stale(`Debian no longer has ${names.join(', ')}`)
    : new ImagesFailure('KARS_IMAGES_DOWNLOAD', `apt-get download failed: ${stderr.trim()}`);
}

async function downloaded(directory: string, name: string): Promise<string> {
  const file = (await readdir(directory)).find((entry) => entry.startsWith(`${name}_`));
  if (file === undefined) throw new ImagesFailure('KARS_IMAGES_DOWNLOAD', `got no file of ${name}`);
  return join(directory, file);
}

async function check({ name, version, sha256 }: LockedPackage, file: string): Promise<void> {
  const found = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (found !== sha256) {
    throw new ImagesFailure(
      'KARS_IMAGES_CHECKSUM',
      `got ${found} for ${name} ${version}, the lock has ${sha256}; remove ${file}, and find out who changed it`,
    );
  }
}

/** Writes the lock anew, with the versions that Debian has now. */
export async function refreshLock({ progress }: Workshop): Promise<DebianLock> {
  const names = packagesOfRecipes();
  progress(`locking ${names.length} Debian packages`);
  await must('apt-get', ['update', '-qq', '-o', 'DPkg::Lock::Timeout=300']);
  return withDirectory(async (directory) => {
    const { ok, stderr } = await attempt('apt-get', [...DOWNLOAD, ...names], { cwd: directory });
    if (!ok) throw notToBeHad(stderr);
    const packages: LockedPackage[] = [];
    for (const name of names) {
      const file = await downloaded(directory, name);
      packages.push({
        name,
        version: (await must('dpkg-deb', ['-f', file, 'Version'])).trim(),
        sha256: createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      });
    }
    const lock = { suite: SUITE, packages };
    await writeFile(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
    progress(`wrote ${lockFile} for ${ARCHITECTURE}`);
    return lock;
  });
}

/** Does something in a directory that goes away. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'kars-images-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
