import {
  egressEntryOf,
  type AllowedEndpoint,
} from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import {
  egressEntryProblems,
  type EgressEntry,
} from '../contract/kinds/kars-sandbox/egress-entry.ts';
import type { EgressProtocol } from '../contract/kinds/kars-sandbox/egress-protocol.ts';
import { suffixOf } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import { publicSuffixFault } from './public-suffix.ts';

/** One TCP port, or all from `from` to `to`. */
export type EgressPort = number | { readonly from: number; readonly to: number };

/** What may be asked of a host by plain HTTP. */
export interface EgressRequests {
  /** @default 80 */
  readonly port?: EgressPort;
  /** @default every method */
  readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
  /**
   * Beginnings of paths, by whole segments: `/v1` stands for `/v1` and `/v1/models`, not for `/v10`.
   * @default every path
   */
  readonly pathPrefixes?: readonly string[];
  /** Protocols that a request may switch to. @default none */
  readonly upgrade?: readonly 'websocket'[];
}

/**
 * What a sandbox may connect to: a host, every host below a suffix, or a range of addresses, with a port
 * or a range of ports.
 *
 * A host is written in normal form, `*.example.com` stands for every host below `example.com`, at any
 * depth, and not for `example.com` itself.
 */
export class Egress {
  /** TLS with the name of the host in the clear, as HTTPS has it. @param port 443 by default */
  static https(host: string, port: EgressPort = 443): Egress {
    return new Egress({ host, ...portsOf(port), protocol: 'tls' });
  }

  /** Plain HTTP/1.1: each request is decided by itself. */
  static http(host: string, requests: EgressRequests = {}): Egress {
    const { port = 80, methods, pathPrefixes, upgrade } = requests;
    const http = {
      ...(methods === undefined ? {} : { methods: [...methods] }),
      ...(pathPrefixes === undefined ? {} : { pathPrefixes: [...pathPrefixes] }),
      ...(upgrade === undefined ? {} : { upgrade: [...upgrade] }),
    };
    return new Egress({
      host,
      ...portsOf(port),
      protocol: 'http',
      ...(Object.keys(http).length === 0 ? {} : { http }),
    });
  }

  /** Any protocol, which is not looked into. */
  static tcp(host: string, port: EgressPort): Egress {
    return new Egress({ host, ...portsOf(port), protocol: 'tcp' });
  }

  /**
   * Private endpoints: every address of a range such as `10.20.0.0/28`, by itself or behind a name
   * that has an entry of its own with the same port.
   *
   * @param protocol by default `tls` on port 443, `http` on port 80, and `tcp` elsewhere
   */
  static cidr(cidr: string, port: EgressPort, protocol?: EgressProtocol): Egress {
    return new Egress({ cidr, ...portsOf(port), protocol });
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
