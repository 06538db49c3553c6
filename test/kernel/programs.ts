import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Go module of guard and launcher. */
export const LAUNCHER_MODULE = fileURLToPath(new URL('../../runtime/launcher', import.meta.url));

/** The programs of the module. */
export const launcherNames = ['guard', 'launch'] as const;

/** Debian packages with the programs that the tier calls, each by one of them. */
export const debianPackages: Readonly<Record<string, string>> = {
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/iptables-legacy': 'iptables',
  '/usr/sbin/runc': 'runc',
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/setpriv': 'util-linux',
  '/usr/bin/python3': 'python3',
  '/usr/bin/git': 'git',
  '/usr/bin/curl': 'curl',
};

/** Directory of the built programs; another one for each state of their source. */
function cacheDirectory(): string {
  const hash = createHash('sha256');
  for (const file of globSync('**/*.{go,mod,sum}', { cwd: LAUNCHER_MODULE }).sort()) {
    hash.update(`${file}\n`).update(readFileSync(join(LAUNCHER_MODULE, file)));
  }
  const root = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(root, 'kars-constructs', `launcher-${hash.digest('hex').slice(0, 16)}`);
}

/** The built program, whether or not it has been built. */
export const launcherProgram = (name: (typeof launcherNames)[number]): string =>
  join(cacheDirectory(), name);

/** Programs that are not installed. */
export const missingPrograms = (): string[] =>
  Object.keys(debianPackages).filter((path) => !existsSync(path));
