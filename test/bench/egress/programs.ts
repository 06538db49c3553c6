import { missingOf } from '../../support/setup.ts';

/** Debian packages with the programs that the bench calls, each by one of them. */
export const debianPackages: Readonly<Record<string, string>> = {
  '/usr/sbin/squid': 'squid',
  '/usr/bin/tinyproxy': 'tinyproxy-bin',
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/taskset': 'util-linux',
  '/usr/sbin/sysctl': 'procps',
};

/** Programs that are not installed. */
export const missingPrograms = (): string[] => missingOf(debianPackages);

/**
 * Makes sure that the bench can run; network namespaces are root's to make.
 *
 * @throws Error with the command that adds what is missing.
 */
export function requireEgressBench(): void {
  const missing = [...(process.getuid?.() === 0 ? [] : ['root']), ...missingPrograms()];
  if (missing.length === 0) return;
  throw new Error(`got no ${missing.join(', no ')}; add it with: npm run setup:bench`);
}
