import type { EgressEntry } from 'kars-constructs/contract';

/** An entry as somebody would write it into a manifest. */
export function textOf(entry: EgressEntry): string {
  const place = 'cidr' in entry ? `cidr: "${entry.cidr}"` : `host: "${entry.host}"`;
  const members = [
    place,
    `port: ${entry.port}`,
    ...(entry.endPort === undefined ? [] : [`endPort: ${entry.endPort}`]),
    ...(entry.protocol === undefined ? [] : [`protocol: "${entry.protocol}"`]),
    ...(entry.http === undefined ? [] : [`http: ${JSON.stringify(entry.http)}`]),
  ];
  return `{ ${members.join(', ')} }`;
}
