import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Content } from '../../runtime/images/recipe.ts';
import { allContents } from '../../runtime/images/recipe.ts';
import { recipes } from '../../runtime/images/recipes.ts';
import { ImagesFailure } from './failure.ts';

/** The command that writes the lock anew. */
export const REFRESH_COMMAND = 'npm run images -- --refresh-lock';

/** Architecture of the images: that of this machine, as Debian and OCI name it. */
export const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

const lockSchema = z.strictObject({
  suite: z.string(),
  packages: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/** Which packages the images are made of. */
export type DebianLock = z.output<typeof lockSchema>;

/** One package of the lock. */
export type LockedPackage = DebianLock['packages'][number];

/** File of the lock for this architecture. */
export const lockFile = fileURLToPath(
  new URL(`../../runtime/images/debian-${ARCHITECTURE}.lock.json`, import.meta.url),
);

/** Names of the Debian packages that recipes take files from, sorted. */
export function packagesOfRecipes(): string[] {
  const contents: Content[] = Object.values(recipes).flatMap((recipe) => allContents(recipe));
  const names = contents.flatMap((content) => (content.kind === 'debian' ? [content.package] : []));
  return [...new Set(names)].sort();
}

/** Reads a lock. @throws ImagesFailure when it is not that of the recipes. */
export function readLock(file = lockFile): DebianLock {
  const lock = lockSchema.safeParse(parse(file));
  if (!lock.success) throw stale(`got no lock of Debian packages for ${ARCHITECTURE} in ${file}`);
  const locked = lock.data.packages.map(({ name }) => name);
  const wanted = packagesOfRecipes();
  const differing = [
    ...wanted.filter((name) => !locked.includes(name)),
    ...locked.filter((name) => !wanted.includes(name)),
  ];
  if (differing.length > 0) throw stale(`lock and recipes differ in ${differing.join(', ')}`);
  return lock.data;
}

/** The fault of a lock that no longer fits, with its cure. */
export const stale = (what: string): ImagesFailure =>
  new ImagesFailure('KARS_IMAGES_LOCK_STALE', `${what}; refresh it with: ${REFRESH_COMMAND}`);

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
