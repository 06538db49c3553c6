import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ImagesFailure } from './failure.ts';

/** The Node.js that the workspace `tools/node` pins. */
export function pinnedNode(): { readonly binary: string; readonly version: string } {
  const name = `node-linux-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { binary: join(dirname(manifest), 'bin/node'), version };
  } catch {
    const cure = 'run npm ci without --omit=optional, on Linux';
    throw new ImagesFailure('KARS_IMAGES_NODE', `got no package ${name}; ${cure}`);
  }
}
