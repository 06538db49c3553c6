import { networkInterfaces } from 'node:os';
import { normalAddress } from 'kars-constructs/contract';

const MAX_AGE_MILLISECONDS = 1000;

/** The interfaces of the network namespace, as `os.networkInterfaces()` gives them. */
export type Interfaces = () => Readonly<
  Record<string, readonly { readonly address: string }[] | undefined>
>;

/** Tells the addresses of the pod from others; they are read once a second, as reading costs more than a tunnel. */
export function ownAddresses(
  interfaces: Interfaces = networkInterfaces,
): (address: string) => boolean {
  let readAt = Number.NEGATIVE_INFINITY;
  let own: ReadonlySet<string | undefined> = new Set();
  return (address) => {
    if (performance.now() - readAt > MAX_AGE_MILLISECONDS) {
      const entries = Object.values(interfaces()).flat();
      own = new Set(entries.flatMap((entry) => (entry ? [normalAddress(entry.address)] : [])));
      readAt = performance.now();
    }
    return own.has(normalAddress(address));
  };
}
