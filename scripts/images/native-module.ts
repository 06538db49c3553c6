import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ImagesFailure } from './failure.ts';

/** The native part of koffi for the machine of the image: where it is, and where the bundle looks for it. */
export function koffiModule(): { readonly source: string; readonly target: string } {
  const name = `@koromix/koffi-linux-${process.arch}`;
  const file = `linux_${process.arch}/koffi.node`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const source = join(dirname(manifest), file);
    if (!existsSync(source)) throw new Error(`no ${source}`);
    // Two directories above its own, which for a bundle in /app is the root.
    return { source, target: `build/koffi/${file}` };
  } catch {
    const cure = 'run npm ci without --omit=optional, on Linux';
    throw new ImagesFailure('KARS_IMAGES_NATIVE', `got no package ${name}; ${cure}`);
  }
}
