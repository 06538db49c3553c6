import type { IConstruct } from 'constructs';
import { portFault } from '../contract/names.ts';
import type { Problem } from '../contract/problem.ts';
import { dnsServerFault, leftOutFault } from '../contract/special-addresses.ts';
import { Attachments } from '../private/attachments.ts';
import { problem } from '../private/problems.ts';
import { podsFault, type PodsOf } from './pods-of.ts';
import { collectorFaults, type TraceCollector } from './trace-collector.ts';

export type { PodsOf } from './pods-of.ts';

/** Who answers the DNS queries of sandboxes: pods, or an address such as that of a cache on the node. */
export type DnsServer =
  | (PodsOf & {
      /**
       * Port that the pods listen on, which a Service may give another number.
       *
       * @default 53
       */
      readonly port?: number;
    })
  | {
      /** IP address; queries go to its port 53. */
      readonly address: string;
    };

/** Props of {@link ClusterNetwork.of}. */
export interface ClusterNetworkProps {
  /**
   * Who answers DNS queries. The agent asks nobody; router and proxy do.
   *
   * @default pods of kube-system with the label k8s-app=kube-dns
   */
  readonly dns?: readonly DnsServer[];
  /**
   * Who reads metrics and status of the sidecars, besides the namespace of the platform.
   *
   * @default nobody
   */
  readonly scrapers?: readonly PodsOf[];
  /**
   * Ranges of public addresses that nodes, pods or Services of the cluster have, in CIDR notation. No
   * sandbox reaches them.
   *
   * @default none, the cluster has private addresses
   */
  readonly publicRanges?: readonly string[];
  /**
   * Who gets a span of each call to a model. Network policies open it to the pod of every sandbox, in which the
   * agent reaches nothing but its sidecars.
   *
   * @default nobody, and nothing is traced
   */
  readonly traceCollector?: TraceCollector;
}

const attached = new Attachments<ClusterNetwork>();

const KUBE_DNS: DnsServer = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } };

/** What network policies have to know of a cluster: said once for a platform, inherited by every sandbox. */
export class ClusterNetwork {
  /** A cluster whose DNS, scrapers or addresses are not the usual ones. */
  static of(props: ClusterNetworkProps): ClusterNetwork {
    return new ClusterNetwork(props);
  }

  /** The network that applies to `scope`: its own, or that of the nearest construct around it. */
  static find(scope: IConstruct): ClusterNetwork {
    return attached.nearest(scope) ?? new ClusterNetwork({});
  }

  /** Who answers DNS queries. */
  readonly dns: readonly DnsServer[];
  /** Who reads metrics and status. */
  readonly scrapers: readonly PodsOf[];
  /** Public addresses of the cluster itself. */
  readonly publicRanges: readonly string[];
  /** Who gets spans. */
  readonly traceCollector: TraceCollector | undefined;

  private constructor({
    dns = [KUBE_DNS],
    scrapers = [],
    publicRanges = [],
    traceCollector,
  }: ClusterNetworkProps) {
    this.traceCollector = traceCollector;
    this.dns = dns;
    this.scrapers = scrapers;
    this.publicRanges = publicRanges;
  }

  /** Makes this the network of `scope` and of everything in it. */
  attachTo(scope: IConstruct): this {
    attached.set(scope, this);
    return this;
  }

  /** Everything that a sandbox refuses about this network. */
  validate(): Problem[] {
    const faults: [string, string | undefined][] = [
      ['dns', this.dns.length === 0 ? 'got none, supply who answers DNS queries' : undefined],
      ...this.dns.map((server, index): [string, string | undefined] => [
        `dns[${index}]`,
        'address' in server
          ? dnsServerFault(server.address)
          : (podsFault(server) ?? portFault(server.port ?? 53)),
      ]),
      ...this.scrapers.map((pods, index): [string, string | undefined] => [
        `scrapers[${index}]`,
        podsFault(pods),
      ]),
      ...this.publicRanges.map((range, index): [string, string | undefined] => [
        `publicRanges[${index}]`,
        leftOutFault(range),
      ]),
      ...(this.traceCollector === undefined ? [] : collectorFaults(this.traceCollector)).map(
        ([path, fault]): [string, string] => [`traceCollector.${path}`, fault],
      ),
    ];
    return faults.flatMap(([path, fault]) =>
      fault === undefined ? [] : [problem('KARS_CLUSTER_NETWORK', `network.${path}`, fault)],
    );
  }
}
