import { networkInterfaces } from 'node:os';
import {
  contains,
  parseAddress,
  parseRange,
  type IpAddress,
  type IpFamily,
  type IpRange,
} from 'kars-constructs/contract';
import type { Interfaces } from '../../service/own-addresses.ts';

/** What the network of the pod means for DNS. */
export interface PodAddresses {
  /** IPv6 only where the pod has no IPv4: without a route programs cannot even try to connect. */
  readonly family: IpFamily;
  /** Loopback addresses beside 127.0.0.1 that queries are redirected to. */
  readonly loopback: readonly string[];
}

const rangesOf = (...texts: readonly string[]): IpRange[] =>
  texts.flatMap((text) => parseRange(text) ?? []);

/** Loopback, and what every interface has by itself. */
const NO_NETWORK = rangesOf('127.0.0.0/8', '::1/128', 'fe80::/10');

const LOOPBACK_6 = '::1';

/** Looks at the interfaces of the network namespace; they do not change as long as a pod runs. */
export function podAddresses(interfaces: Interfaces = networkInterfaces): PodAddresses {
  const own = Object.values(interfaces())
    .flat()
    .flatMap((entry): IpAddress[] => {
      const parsed = entry && parseAddress(entry.address);
      return parsed === undefined ? [] : [parsed];
    });
  const has = (family: IpFamily): boolean =>
    own.some(
      (address) =>
        address.family === family && !NO_NETWORK.some((range) => contains(range, address)),
    );
  const isLoopback6 = ({ family, value }: IpAddress): boolean => family === 6 && value === 1n;
  return {
    family: !has(4) && has(6) ? 6 : 4,
    loopback: own.some(isLoopback6) ? [LOOPBACK_6] : [],
  };
}
