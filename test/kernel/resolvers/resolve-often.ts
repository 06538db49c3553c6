import { NameResolver } from '../../../runtime/service/name-resolver.ts';

/** Asks for a name again and again, as sidecars do, and prints every outcome once. */
const [name = '', times = ''] = process.argv.slice(2);

const resolver = new NameResolver();
const outcomes = new Set<string>();
for (let asked = 0; asked < Number(times); asked += 1) {
  const addresses = await resolver.resolve(name);
  outcomes.add(addresses.map(({ address }) => address).join(' '));
}
process.stdout.write(JSON.stringify([...outcomes]));
