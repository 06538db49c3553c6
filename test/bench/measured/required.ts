import { missingOf } from '../../support/setup.ts';

/** Debian packages with the programs that every bench with a world calls, each by one of them. */
export const worldPackages: Readonly<Record<string, string>> = {
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/taskset': 'util-linux',
  '/usr/sbin/sysctl': 'procps',
};

/**
 * Makes sure that a bench can run; network namespaces are root's to make.
 *
 * @param packages Debian packages by a program of each
 * @throws Error with the command that adds what is missing.
 */
export function requireForBench(packages: Readonly<Record<string, string>> = worldPackages): void {
  const missing = [...(process.getuid?.() === 0 ? [] : ['root']), ...missingOf(packages)];
  if (missing.length === 0) return;
  throw new Error(`got no ${missing.join(', no ')}; add it with: npm run setup:bench`);
}
