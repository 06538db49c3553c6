import { hostFault } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';

/** A host and port that a sandbox may connect to. */
export class Egress {
  /** HTTPS, port 443. */
  static https(host: string): Egress {
    return new Egress(host, 443);
  }

  /** Plain HTTP, port 80. */
  static http(host: string): Egress {
    return new Egress(host, 80);
  }

  /** Any port, through CONNECT. */
  static tcp(host: string, port: number): Egress {
    return new Egress(host, port);
  }

  /** Exact host name in normal form. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;

  private constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  /** Everything that a sandbox refuses about this entry, below `path`. */
  validate(path: string): Problem[] {
    const fault = hostFault(this.host);
    const portIsValid = Number.isInteger(this.port) && this.port >= 1 && this.port <= 65_535;
    return [
      ...(fault === undefined ? [] : [problem('KARS_EGRESS_HOST', `${path}.host`, fault)]),
      ...(portIsValid
        ? []
        : [
            problem(
              'KARS_EGRESS_PORT',
              `${path}.port`,
              `got ${this.port}, supply a port from 1 to 65535`,
            ),
          ]),
    ];
  }
}
