import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { RELEASE } from 'kars-constructs/contract';
import type { BuiltImage } from './build.ts';
import { buildGoProgram, type GoProgram } from './go-program.ts';
import { must, type Workshop } from './run.ts';

/** Version of the program that writes the SBOMs. */
const SYFT_VERSION = 'v1.57.1';

/** The program that writes SBOMs. */
export const syft: GoProgram = {
  name: 'syft',
  source: 'github.com/anchore/syft/cmd/syft',
  version: SYFT_VERSION,
};

/**
 * Describes what an image is made of: Debian packages, Go modules, npm packages, Node.js.
 *
 * @returns path of the SPDX document, in the cache
 */
export async function describeImage(image: BuiltImage, workshop: Workshop): Promise<string> {
  const { name, digest, layout } = image;
  const directory = join(workshop.cache, 'sbom');
  const document = join(directory, `${digest.replace(':', '-')}-${SYFT_VERSION}.spdx.json`);
  if (existsSync(document)) return document;
  const program = await buildGoProgram(syft, workshop);
  workshop.progress(`describing ${name}`);
  await mkdir(directory, { recursive: true });
  const unfinished = `${document}.${process.pid}`;
  const source = [`--source-name=kars-${name}`, `--source-version=${RELEASE}`];
  await must(
    program,
    ['scan', `oci-dir:${layout}`, '--quiet', ...source, `--output=spdx-json=${unfinished}`],
    { env: { SYFT_CHECK_FOR_APP_UPDATE: 'false' } },
  );
  await rename(unfinished, document);
  return document;
}
