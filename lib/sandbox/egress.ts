import type { EgressEntry } from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import { hostFault, portFault } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { cidrFault } from '../contract/special-addresses.ts';
import { problem } from '../private/problems.ts';

/** What a sandbox may connect to: a host or a range of addresses, and a port. */
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
  static tcp(host: string, port: number): Egress {
    return new Egress({ host, port });
  }

  /**
   * Private endpoints: every address of a range such as `10.20.0.0/28`, by itself or behind a name
   * that has an entry of its own with the same port.
   */
  static cidr(cidr: string, port: number): Egress {
    return new Egress({ cidr, port });
  }

  /** As the custom resource carries it. */
  readonly spec: EgressEntry;

  private constructor(spec: EgressEntry) {
    this.spec = spec;
  }

  /** Everything that a sandbox refuses about this entry, below `path`. */
  validate(path: string): Problem[] {
    const { port } = this.spec;
    const fault = portFault(port);
    return [
      ...this.#placeProblems(path),
      ...(fault === undefined ? [] : [problem('KARS_EGRESS_PORT', `${path}.port`, fault)]),
    ];
  }

  #placeProblems(path: string): Problem[] {
    const isRange = 'cidr' in this.spec;
    const fault = isRange ? cidrFault(this.spec.cidr) : hostFault(this.spec.host);
    if (fault === undefined) return [];
    return isRange
      ? [problem('KARS_EGRESS_CIDR', `${path}.cidr`, fault)]
      : [problem('KARS_EGRESS_HOST', `${path}.host`, fault)];
  }
}
