import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { neighbour } from '../packets/addresses.ts';

/** A program that a site has as its only way out. */
export interface Parent {
  readonly port: number;
  /** What it prints once it listens. */
  readonly ready: string;
  /** Writes its files, and gives its command; it lets through to the ports 80, 443 and 7000, and not to `refused.example`. */
  readonly prepare: (directory: string) => readonly string[];
}

/** What tinyproxy wants to be signed in with. */
export const ACCOUNT = 'agent:word-of-the-agent';

/** Standard output and errors as one stream. */
const merged = (command: string): string[] => ['/bin/bash', '-c', `exec 2>&1; exec ${command}`];

export const parents: Readonly<Record<'squid' | 'tinyproxy', Parent>> = {
  squid: {
    port: 3128,
    ready: 'Accepting HTTP Socket connections',
    prepare: (directory) => {
      const own = join(directory, 'squid');
      mkdirSync(own);
      // It takes another user, which has to write there.
      chmodSync(own, 0o777);
      const file = join(own, 'squid.conf');
      writeFileSync(
        file,
        `
http_port ${neighbour.ipv4}:3128
acl ports port 80 443 7000
acl refused dstdomain refused.example
http_access deny refused
http_access deny !ports
http_access allow all
cache deny all
access_log none
cache_log ${join(own, 'cache.log')}
cache_store_log none
netdb_filename none
pid_filename none
coredump_dir ${own}
pinger_enable off
shutdown_lifetime 0 seconds
dns_timeout 1 second
visible_hostname parent
max_filedescriptors 1024
`,
      );
      return merged(`/usr/sbin/squid -N -d 1 -f ${file}`);
    },
  },
  tinyproxy: {
    port: 3129,
    ready: 'Accepting connections',
    prepare: (directory) => {
      const file = join(directory, 'tinyproxy.conf');
      const refused = join(directory, 'refused');
      writeFileSync(refused, '^refused\\.example$\n');
      const [user = '', password = ''] = ACCOUNT.split(':');
      writeFileSync(
        file,
        `
Port 3129
Listen ${neighbour.ipv4}
Timeout 60
MaxClients 100
Filter "${refused}"
FilterExtended On
LogLevel Info
BasicAuth ${user} ${password}
ConnectPort 80
ConnectPort 443
ConnectPort 7000
`,
      );
      return merged(`/usr/bin/tinyproxy -d -c ${file}`);
    },
  },
};
