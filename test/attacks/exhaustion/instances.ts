import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Runs the programs of attacks on this machine. */
export const PROGRAM = '/usr/bin/python3';

/** Takes every inotify instance of its user, and says how many; keeps them unless it is told `--once`. */
export const takeInstances = readFileSync(new URL('./watches.py', import.meta.url), 'utf8');

/** How many inotify instances the kernel of this machine would still give a user, which it counts over all containers. */
export function instancesLeft(uid: number): number {
  const { stdout, stderr } = spawnSync(PROGRAM, ['-c', takeInstances, '--once'], {
    encoding: 'utf8',
    cwd: '/',
    uid,
    gid: uid,
  });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly held: number }).held;
}
