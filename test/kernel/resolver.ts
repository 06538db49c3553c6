import type { Answer } from 'dns-packet';
import { a, aaaa, startDnsServer } from '../support/dns-server.ts';

/** Serves DNS on port 53 of an address, for names and addresses as in a file of hosts. */
const [host = '', hosts = ''] = process.argv.slice(2);

const zone: Record<string, Answer[]> = {};
for (const line of hosts.split('\n')) {
  const [address = '', name = ''] = line.split(' ');
  const record = address.includes(':') ? aaaa(name, address, 0) : a(name, address, 0);
  if (name !== '') (zone[name] ??= []).push(record);
}
await startDnsServer(zone, { host, port: 53 });
process.stdout.write('ready\n');
