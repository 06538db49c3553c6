import { worldPackages } from '../measured/required.ts';

/** Debian packages with the programs that the bench calls, each by one of them. */
export const debianPackages: Readonly<Record<string, string>> = {
  ...worldPackages,
  '/usr/sbin/squid': 'squid',
  '/usr/bin/tinyproxy': 'tinyproxy-bin',
};
