import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Content } from '../../runtime/images/recipe.ts';
import { bundle, packageDirectoriesIn } from '../bundles.ts';
import { buildLauncher } from '../launcher.ts';
import type { DebianLock } from './debian-lock.ts';
import { koffiModule } from './native-module.ts';
import { pinnedNode } from './pinned-node.ts';
import type { Workshop } from './run.ts';

/** What makes a layer of its contents is part of what it is made from. */
const makers = ['stage.ts', 'buildah.ts'].map((file) =>
  readFileSync(new URL(file, import.meta.url), 'utf8'),
);

const KEY_LENGTH = 16;

/** Hash of everything that a layer is made from: the same key, the same layer. */
export async function keyOf(
  contents: readonly Content[],
  more: readonly string[],
  lock: DebianLock,
  workshop: Workshop,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([...makers, ...more]));
  for (const content of contents) {
    hash.update(JSON.stringify(content));
    for (const input of await inputsOf(content, lock, workshop)) hash.update(input);
  }
  return hash.digest('hex').slice(0, KEY_LENGTH);
}

async function inputsOf(
  content: Content,
  lock: DebianLock,
  { cache }: Workshop,
): Promise<readonly (string | Uint8Array)[]> {
  switch (content.kind) {
    case 'debian':
      return lock.packages
        .filter(({ name }) => name === content.package)
        .map(({ sha256 }) => sha256);
    case 'node':
      return [pinnedNode().version];
    case 'launcher':
      return [readFileSync(buildLauncher(content.program, cache))];
    case 'bundle': {
      const { outputFiles = [], metafile } = await bundle(content.program);
      return [
        ...outputFiles.map(({ contents }) => contents),
        ...packageDirectoriesIn(metafile).map((path) => readFileSync(`${path}/package.json`)),
      ];
    }
    case 'koffi':
      return [readFileSync(koffiModule().source)];
    case 'text':
      return [];
  }
}
