import { chmodSync, globSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Content } from '../../runtime/images/recipe.ts';
import { bundle, packageDirectoriesIn } from '../bundles.ts';
import { buildLauncher } from '../launcher.ts';
import { withDirectory, type Archives } from './debian.ts';
import { ImagesFailure } from './failure.ts';
import { koffiModule } from './native-module.ts';
import { pinnedNode } from './pinned-node.ts';
import { must, type Workshop } from './run.ts';

const EXECUTABLE = 0o755;
const PLAIN = 0o644;

/**
 * Puts the contents of a layer below `root`, with modes that do not depend on who does it.
 *
 * @returns the sum of the sizes of its files
 */
export async function stage(
  root: string,
  contents: readonly Content[],
  archives: Archives,
  workshop: Workshop,
): Promise<number> {
  await mkdir(root, { recursive: true });
  for (const content of contents) await put(root, content, archives, workshop);
  return settle(root);
}

async function put(
  root: string,
  content: Content,
  archives: Archives,
  { cache }: Workshop,
): Promise<void> {
  switch (content.kind) {
    case 'debian':
      return putDebian(root, archives.get(content.package) ?? '', content);
    case 'node':
      return place(pinnedNode().binary, join(root, 'usr/local/bin/node'), EXECUTABLE);
    case 'launcher':
      return place(buildLauncher(content.program, cache), join(root, content.program), EXECUTABLE);
    case 'bundle':
      return putBundle(root, content.program);
    case 'koffi': {
      const { source, target } = koffiModule();
      return place(source, join(root, target), PLAIN);
    }
    case 'text':
      await mkdir(dirname(join(root, content.path)), { recursive: true });
      await writeFile(join(root, content.path), content.text);
  }
}

async function place(source: string, target: string, mode: number): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  chmodSync(target, mode);
}

/** The files, the licence, and the record that scanners read in place of a package database. */
async function putDebian(
  root: string,
  archive: string,
  { package: name, files }: Extract<Content, { kind: 'debian' }>,
): Promise<void> {
  await withDirectory(async (unpacked) => {
    await must('dpkg-deb', ['-x', archive, unpacked]);
    const copy = async (path: string): Promise<void> => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await cp(join(unpacked, path), join(root, path), { verbatimSymlinks: true });
    };
    for (const pattern of files) {
      const paths = globSync(pattern, { cwd: unpacked });
      if (paths.length === 0) {
        throw new ImagesFailure('KARS_IMAGES_FILE', `got no ${pattern} in the package ${name}`);
      }
      for (const path of paths) await copy(path);
    }
    for (const path of globSync('usr/share/doc/*/copyright', { cwd: unpacked })) await copy(path);
  });
  const record = await must('dpkg-deb', ['-f', archive]);
  await mkdir(join(root, 'var/lib/dpkg/status.d'), { recursive: true });
  await writeFile(join(root, 'var/lib/dpkg/status.d', name), record);
}

/** The program, and for each package that it was bundled from its manifest and licence. */
async function putBundle(
  root: string,
  program: Extract<Content, { kind: 'bundle' }>['program'],
): Promise<void> {
  const { metafile } = await bundle(program, join(root, `app/${program}.js`));
  for (const directory of packageDirectoriesIn(metafile)) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    ) as { name: string; version: string; license?: string };
    const target = join(root, 'usr/share/doc/npm', `${name}@${version}`);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'package.json'), JSON.stringify({ name, version, license }));
    for (const file of readdirSync(directory).filter((entry) => /^licen[cs]e/i.test(entry))) {
      await place(join(directory, file), join(target, file), PLAIN);
    }
  }
}

/**
 * Gives every file one of two modes, so that no set-user-ID bit and no umask gets through.
 *
 * @returns the sum of the sizes of the files
 */
function settle(path: string): number {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return 0;
  if (stat.isDirectory()) {
    chmodSync(path, EXECUTABLE);
    return readdirSync(path).reduce((sum, name) => sum + settle(join(path, name)), 0);
  }
  chmodSync(path, (stat.mode & 0o111) === 0 ? PLAIN : EXECUTABLE);
  return stat.size;
}
