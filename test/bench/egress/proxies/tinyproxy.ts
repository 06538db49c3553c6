import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listedNames, ports } from '../sites.ts';
import type { Proxy } from './proxy.ts';

const PORT = 3129;

/** tinyproxy with the same names and ports, and lines for each call; it knows no refused addresses. */
export const tinyproxy: Proxy = {
  name: 'tinyproxy',
  port: PORT,
  // It closes a connection after one request, and does not say so.
  carries: ['tls', 'tcp', 'bulk'],
  prepare: (directory) => {
    const patterns = listedNames.map((name) => `^${name.replaceAll('.', '\\.')}$`);
    writeFileSync(join(directory, 'names'), `${patterns.join('\n')}\n`);
    const file = join(directory, 'tinyproxy.conf');
    writeFileSync(
      file,
      `
Port ${PORT}
Listen 127.0.0.1
Timeout 600
MaxClients 8192
Filter "${join(directory, 'names')}"
FilterExtended On
FilterDefaultDeny Yes
LogFile "${join(directory, 'access.log')}"
LogLevel Connect
${Object.values(ports)
  .map((port) => `ConnectPort ${port}`)
  .join('\n')}
`,
    );
    return ['/usr/bin/tinyproxy', '-d', '-c', file];
  },
};
