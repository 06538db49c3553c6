import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../../../scripts/cache.ts';
import { runProgram, type Say } from '../../../support/setup.ts';

const PYTHON = '/usr/bin/python3';

/** A file beside this one. */
export const sourceOf = (file: string): string =>
  fileURLToPath(new URL(`./${file}`, import.meta.url));

/** Something that is made once, in a directory of its own for each state of its sources. */
interface Part {
  readonly sources: readonly string[];
  readonly make: (directory: string) => Promise<void>;
}

const compiledC = (compiler: string): Part => ({
  sources: ['resolve.c'],
  make: (directory) =>
    runProgram(compiler, ['-O1', '-Wall', '-o', join(directory, 'resolve'), sourceOf('resolve.c')]),
});

const parts = {
  go: {
    sources: ['go/main.go', 'go/go.mod'],
    make: (directory) =>
      runProgram(
        'go',
        ['build', '-trimpath', '-buildvcs=false', '-o', join(directory, 'client'), '.'],
        {
          cwd: sourceOf('go'),
          // Without C, so that names are looked up by Go itself.
          env: { CGO_ENABLED: '0' },
        },
      ),
  },
  java: {
    sources: ['Client.java'],
    make: (directory) => runProgram('/usr/bin/javac', ['-d', directory, sourceOf('Client.java')]),
  },
  glibc: compiledC('/usr/bin/gcc'),
  musl: compiledC('/usr/bin/musl-gcc'),
  python: {
    sources: ['requirements.txt'],
    make: async (directory) => {
      await runProgram(PYTHON, ['-m', 'venv', directory]);
      const pinned = ['--no-deps', '--only-binary=:all:', '-r', sourceOf('requirements.txt')];
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pinned];
      await runProgram(join(directory, 'bin/python'), pip);
    },
  },
} satisfies Readonly<Record<string, Part>>;

/** A client that is built, or an environment that is installed. */
export type PartName = keyof typeof parts;

const names = Object.keys(parts) as PartName[];

/** Where a part is, whether or not it has been made. */
export function directoryOf(name: PartName): string {
  const hash = createHash('sha256');
  for (const file of parts[name].sources) hash.update(readFileSync(sourceOf(file)));
  return join(cacheRoot(), `client-${name}-${hash.digest('hex').slice(0, 16)}`);
}

/** Parts that have not been made. */
export const missingParts = (): PartName[] =>
  names.filter((name) => !existsSync(directoryOf(name)));

/** Makes what is missing. */
export async function makeParts(say: Say): Promise<void> {
  for (const name of missingParts()) {
    say(`making the ${name} clients`);
    const target = directoryOf(name);
    const unfinished = `${target}.${process.pid}.unfinished`;
    await mkdir(unfinished, { recursive: true });
    try {
      await parts[name].make(unfinished);
      await rename(unfinished, target);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
}
