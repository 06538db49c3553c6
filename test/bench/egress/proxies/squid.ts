import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listedNames, ports } from '../sites.ts';
import { loads } from '../driver/load.ts';
import type { Proxy } from './proxy.ts';

/** What our proxy does not dial without an entry of its own either. */
const SPECIAL_RANGES =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 64:ff9b::/96 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 ff00::/8';

const PORT = 3128;

/** squid with the same names, ports and refused addresses, a line for each call, and no cache. */
export const squid: Proxy = {
  name: 'squid',
  port: PORT,
  carries: loads,
  prepare: (directory) => {
    // It takes another user, which has to write there.
    chmodSync(directory, 0o777);
    writeFileSync(join(directory, 'names'), listedNames.join('\n'));
    const file = join(directory, 'squid.conf');
    writeFileSync(
      file,
      `
http_port 127.0.0.1:${PORT}
acl names dstdomain "${join(directory, 'names')}"
acl ports port ${Object.values(ports).join(' ')}
acl special dst ${SPECIAL_RANGES}
http_access deny !names
http_access deny !ports
http_access deny special
http_access allow all
cache deny all
access_log stdio:${join(directory, 'access.log')} squid
cache_log ${join(directory, 'cache.log')}
cache_store_log none
netdb_filename none
pid_filename none
coredump_dir ${directory}
pinger_enable off
shutdown_lifetime 0 seconds
visible_hostname bench
max_filedescriptors 16384
`,
    );
    return ['/usr/sbin/squid', '-N', '-f', file];
  },
};
