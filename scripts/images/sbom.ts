import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RELEASE } from 'kars-constructs/contract';
import type { BuiltImage } from './build.ts';
import { must, type Workshop } from './run.ts';

/** Version of the program that writes the SBOMs. */
export const SYFT_VERSION = 'v1.57.1';

/** Path of the program that writes SBOMs, whether or not it has been built. */
export const syftProgram = (cache: string): string => join(cache, `syft-${SYFT_VERSION}`, 'syft');

/**
 * The program that writes SBOMs, built from source the first time.
 *
 * @returns its path
 */
export async function syft({ cache, progress }: Workshop): Promise<string> {
  const program = syftProgram(cache);
  if (existsSync(program)) return program;
  progress(`building syft ${SYFT_VERSION} from source, some minutes the first time`);
  const unfinished = join(cache, `syft-unfinished-${process.pid}`);
  const pulse = setInterval(() => progress('go is still at work'), 10_000);
  try {
    await must('go', ['install', `github.com/anchore/syft/cmd/syft@${SYFT_VERSION}`], {
      env: { GOBIN: unfinished, CGO_ENABLED: '0', GOFLAGS: '-trimpath' },
    });
  } finally {
    clearInterval(pulse);
  }
  await mkdir(dirname(program), { recursive: true });
  await rename(join(unfinished, 'syft'), program);
  return program;
}

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
  const program = await syft(workshop);
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
