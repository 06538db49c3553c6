import { existsSync } from 'node:fs';

/** Debian packages with the programs that the bench calls, each by one of them. */
export const debianPackages: Readonly<Record<string, string>> = {
  '/usr/sbin/squid': 'squid',
  '/usr/bin/tinyproxy': 'tinyproxy-bin',
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/taskset': 'util-linux',
  '/usr/sbin/sysctl': 'procps',
};

/** Programs that are not installed. */
export const missingPrograms = (): string[] =>
  Object.keys(debianPackages).filter((path) => !existsSync(path));
