import { execFileSync } from 'node:child_process';
import { globSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltImage } from '../../../scripts/images/build.ts';

interface Manifest {
  readonly layers: readonly { readonly digest: string }[];
}

/** Lays the layers of an image over each other in a directory. */
export function unpack({ layout, digest }: BuiltImage, root: string): void {
  const blob = (name: string): string => join(layout, 'blobs', name.replace(':', '/'));
  const { layers } = JSON.parse(readFileSync(blob(digest), 'utf8')) as Manifest;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const layer of layers) execFileSync('tar', ['-C', root, '-xpzf', blob(layer.digest)]);
}

const filesBelow = (root: string): string[] =>
  globSync('**', { cwd: root }).filter((path) => lstatSync(join(root, path)).isFile());

/** Sum of the sizes of all files. */
export const bytesOf = (root: string): number =>
  filesBelow(root).reduce((sum, path) => sum + lstatSync(join(root, path)).size, 0);

/** Files that can be started; libraries cannot, whatever their mode. */
export const programsIn = (root: string): string[] =>
  filesBelow(root)
    .filter((path) => (lstatSync(join(root, path)).mode & 0o111) !== 0)
    .filter((path) => !/\.so(\.[0-9.]+)?$/.test(path))
    .sort();

const FORBIDDEN =
  /(^|\/)(sh|bash|dash|ash|busybox|env|perl|python[0-9.]*|apt|apt-get|dpkg|npm|npx|su|sudo)$/;

/** What no image of a sidecar may hold: a shell, a package manager, a way to become somebody else. */
export function faultsOf(root: string): string[] {
  return globSync('**', { cwd: root }).flatMap((path) => {
    const stat = lstatSync(join(root, path));
    return [
      ...(!stat.isDirectory() && FORBIDDEN.test(path) ? [`${path} is a shell or a tool`] : []),
      ...(stat.isFile() && (stat.mode & 0o6000) !== 0 ? [`${path} changes the user`] : []),
      ...(stat.uid === 0 && stat.gid === 0 ? [] : [`${path} is not root's`]),
      ...(!stat.isSymbolicLink() && (stat.mode & 0o022) !== 0 ? [`others may write ${path}`] : []),
    ];
  });
}
