import { missingOf } from '../support/setup.ts';

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
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/wget': 'wget',
  '/usr/bin/ssh': 'openssh-client',
  '/usr/bin/nc.openbsd': 'netcat-openbsd',
  '/usr/sbin/dropbear': 'dropbear-bin',
  '/usr/sbin/squid': 'squid',
  '/usr/bin/tinyproxy': 'tinyproxy',
  '/usr/bin/psql': 'postgresql-client',
  '/usr/bin/redis-cli': 'redis-tools',
  '/usr/bin/chromium-headless-shell': 'chromium-headless-shell',
  '/usr/bin/javac': 'default-jdk-headless',
  '/usr/bin/gcc': 'gcc',
  '/usr/include/stdio.h': 'libc6-dev',
  '/usr/bin/musl-gcc': 'musl-tools',
};

/** Programs that are not installed. */
export const missingPrograms = (): string[] => missingOf(debianPackages);
