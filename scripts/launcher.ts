import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from './cache.ts';

/** Go module of guard and launcher. */
export const LAUNCHER_MODULE = fileURLToPath(new URL('../runtime/launcher', import.meta.url));

/** The programs of the module. */
export const launcherNames = ['guard', 'launch'] as const;

/** A program of the module. */
export type LauncherName = (typeof launcherNames)[number];

/** The modules that it needs are downloaded the first time. */
const MOST_MILLISECONDS = 10 * 60_000;

// Neither the path of the checkout nor the state of its repository is part of a program.
const FLAGS = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid='];

/** Directory of the built programs; another one for each state of their source. */
function cacheDirectory(cache: string): string {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const file of globSync('**/*.{go,mod,sum}', { cwd: LAUNCHER_MODULE }).sort()) {
    hash.update(`${file}\n`).update(readFileSync(join(LAUNCHER_MODULE, file)));
  }
  return join(cache, `launcher-${hash.digest('hex').slice(0, 16)}`);
}

/** The built program, whether or not it has been built. */
export const launcherProgram = (name: LauncherName, cache = cacheRoot()): string =>
  join(cacheDirectory(cache), name);

/**
 * Builds a program unless it is built.
 *
 * @returns its path
 */
export function buildLauncher(name: LauncherName, cache = cacheRoot()): string {
  const target = launcherProgram(name, cache);
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}.unfinished`;
  execFileSync('go', ['build', ...FLAGS, '-o', unfinished, `./cmd/${name}`], {
    cwd: LAUNCHER_MODULE,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: MOST_MILLISECONDS,
  });
  renameSync(unfinished, target);
  return target;
}
