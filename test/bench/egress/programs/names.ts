import { a, startDnsServer } from '../../../support/dns-server.ts';
import { addresses } from '../../measured/world.ts';
import { LIFETIME_SECONDS, listedNames } from '../sites.ts';

/** The DNS server of the pod: `names.ts`. */
const zone = Object.fromEntries(
  listedNames.map((name) => [name, [a(name, addresses.host, LIFETIME_SECONDS)]]),
);
await startDnsServer(zone, { port: 53 });
process.stdout.write('ready\n');
