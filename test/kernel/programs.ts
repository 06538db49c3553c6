import { existsSync } from 'node:fs';

export { launcherNames, launcherProgram } from '../../scripts/launcher.ts';

/** Debian packages with the programs that the tier calls, each by one of them. */
export const debianPackages: Readonly<Record<string, string>> = {
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/iptables-legacy': 'iptables',
  '/usr/sbin/runc': 'runc',
  '/usr/bin/runsc': 'runsc',
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/setpriv': 'util-linux',
  '/usr/bin/python3': 'python3',
  '/usr/bin/git': 'git',
  '/usr/bin/curl': 'curl',
  // Wheels that virtual environments are made with.
  '/usr/share/python-wheels': 'python3-venv',
};

/** Programs that are not installed. */
export const missingPrograms = (): string[] =>
  Object.keys(debianPackages).filter((path) => !existsSync(path));
