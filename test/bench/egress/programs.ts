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
