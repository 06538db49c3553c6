import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { must, type Workshop } from './run.ts';

/** A program that is built from its source, at one version. */
export interface GoProgram {
  readonly name: string;
  /** Package of the program. */
  readonly source: string;
  readonly version: string;
}

/** Path of a program, whether or not it has been built. */
export const goProgramPath = (cache: string, { name, version }: GoProgram): string =>
  join(cache, `${name}-${version}`, name);

/**
 * Builds a program the first time.
 *
 * @returns its path
 */
export async function buildGoProgram(
  wanted: GoProgram,
  { cache, progress }: Workshop,
): Promise<string> {
  const { name, source, version } = wanted;
  const program = goProgramPath(cache, wanted);
  if (existsSync(program)) return program;
  progress(`building ${name} ${version} from source, some minutes the first time`);
  const unfinished = join(cache, `${name}-unfinished-${process.pid}`);
  const pulse = setInterval(() => progress('go is still at work'), 10_000);
  try {
    await must('go', ['install', `${source}@${version}`], {
      env: { GOBIN: unfinished, CGO_ENABLED: '0', GOFLAGS: '-trimpath' },
    });
  } finally {
    clearInterval(pulse);
  }
  await mkdir(dirname(program), { recursive: true });
  await rename(join(unfinished, name), program);
  return program;
}
