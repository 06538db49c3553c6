import { isIP, type LookupFunction } from 'node:net';
import { inRanges, neverNamed } from 'kars-constructs/contract';
import { NameResolver, type ResolvedAddress } from '../service/name-resolver.ts';
import { ownAddresses, type Interfaces } from '../service/own-addresses.ts';

/** An address that no provider may have. */
export class ForbiddenAddress extends Error {
  readonly code = 'KARS_UPSTREAM_ADDRESS_FORBIDDEN';
}

/** How providers are found. */
export interface ProviderAddressesOptions {
  readonly resolver?: Pick<NameResolver, 'resolve'>;
  readonly interfaces?: Interfaces;
}

/**
 * The addresses of providers. Whoever answers for the name of one must not have the router, which has the
 * credential, talk to the pod itself, to the metadata service or to the node; only what was checked is dialled.
 */
export class ProviderAddresses {
  readonly #resolver: Pick<NameResolver, 'resolve'>;
  readonly #isOwn: (address: string) => boolean;

  constructor({ resolver = new NameResolver(), interfaces }: ProviderAddressesOptions = {}) {
    this.#resolver = resolver;
    this.#isOwn = ownAddresses(interfaces);
  }

  /**
   * Checks the host of an endpoint that is an address, which nobody looks up.
   *
   * @throws ForbiddenAddress
   */
  require(host: string, ranges?: readonly string[]): void {
    const address = host.replace(/^\[|\]$/g, '');
    const family = isIP(address);
    if (family !== 0) this.#check(host, [{ address, family: family === 6 ? 6 : 4 }], ranges);
  }

  /**
   * For sockets: every address of a name, or an error when one is not allowed.
   *
   * @param ranges that they have to be in, where the provider has some
   */
  lookupIn(ranges: readonly string[] | undefined): LookupFunction {
    return (host, options, callback) => {
      this.#resolver
        .resolve(host)
        .then((addresses) => {
          if (addresses.length === 0)
            throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
          this.#check(host, addresses, ranges);
          return addresses.map(({ address, family }) => ({ address, family }));
        })
        .then(
          (found) => {
            const [first] = found;
            if (options.all === true || first === undefined) callback(null, found);
            else callback(null, first.address, first.family);
          },
          (error: unknown) => {
            callback(error instanceof Error ? error : new Error(String(error)), []);
          },
        );
    };
  }

  #check(host: string, addresses: readonly ResolvedAddress[], ranges?: readonly string[]): void {
    for (const { address } of addresses) {
      const why = this.#isOwn(address) ? 'of the pod itself' : neverNamed(address);
      if (why !== undefined) {
        throw new ForbiddenAddress(`${host} has an address that no provider may have (${why})`);
      }
      if (ranges !== undefined && !inRanges(address, ranges)) {
        throw new ForbiddenAddress(`${host} has an address outside of the ranges of its provider`);
      }
    }
  }
}
