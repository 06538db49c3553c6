import {
  egressEntryOf,
  type AllowedEndpoint,
} from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import {
  egressEntryProblems,
  type EgressEntry,
} from '../contract/kinds/kars-sandbox/egress-entry.ts';
import { suffixOf } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import { publicSuffixFault } from './public-suffix.ts';

/** One TCP port, or all from `from` to `to`. */
export type EgressPort = number | { readonly from: number; readonly to: number };

/**
 * What a sandbox may connect to: a host, every host below a suffix, or a range of addresses, with a port
 * or a range of ports.
 *
 * A host is written in normal form, `*.example.com` stands for every host below `example.com`, at any
 * depth, and not for `example.com` itself.
 */
export class Egress {
  /** HTTPS, port 443. */
  static https(host: string): Egress {
    return new Egress({ host, port: 443 });
  }

  /** Plain HTTP, port 80. */
  static http(host: string): Egress {
    return new Egress({ host, port: 80 });
  }

  /** Any port, through CONNECT. */
  static tcp(host: string, port: EgressPort): Egress {
    return new Egress({ host, ...portsOf(port) });
  }

  /**
   * Private endpoints: every address of a range such as `10.20.0.0/28`, by itself or behind a name
   * that has an entry of its own with the same port.
   */
  static cidr(cidr: string, port: EgressPort): Egress {
    return new Egress({ cidr, ...portsOf(port) });
  }

  /** As the custom resource carries it. */
  readonly spec: EgressEntry;

  private constructor(endpoint: AllowedEndpoint) {
    this.spec = egressEntryOf(endpoint);
  }

  /** Everything that a sandbox refuses about this entry, below `path`. */
  validate(path: string): Problem[] {
    const found = egressEntryProblems(this.spec);
    return [...found, ...(found.length === 0 ? this.#suffixProblems() : [])].map(
      ({ path: field, ...fault }) => ({ ...fault, path: `${path}.${field}` }),
    );
  }

  #suffixProblems(): Problem[] {
    const suffix = 'host' in this.spec ? suffixOf(this.spec.host) : undefined;
    const fault = suffix === undefined ? undefined : publicSuffixFault(suffix);
    return fault === undefined ? [] : [problem('KARS_EGRESS_HOST', 'host', fault)];
  }
}

const portsOf = (port: EgressPort): Pick<AllowedEndpoint, 'port' | 'endPort'> =>
  typeof port === 'number' ? { port } : { port: port.from, endPort: port.to };
