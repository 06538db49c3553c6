import { portFault } from '../contract/names.ts';
import { TRACES } from '../contract/process.ts';
import { cidrFault } from '../contract/special-addresses.ts';
import { portOf } from '../private/urls.ts';
import { podsFault, type PodsOf } from './pods-of.ts';

/** A collector of spans, which takes OTLP over HTTP. */
export interface TraceCollector {
  /** Base URL, such as `http://collector.observability.svc:4318`: spans go to `/v1/traces` below it. */
  readonly url: string;
  /**
   * Its pods, where it is in the cluster.
   *
   * @default it is outside, and has `ranges`
   */
  readonly pods?: PodsOf & {
    /**
     * Port that the pods listen on, which a Service may give another number.
     *
     * @default that of the URL
     */
    readonly port?: number;
  };
  /**
   * Ranges that its addresses are in, where it is outside of the cluster.
   *
   * @default it is inside, and has `pods`
   */
  readonly ranges?: readonly string[];
}

/** The arguments of a router that sends spans; none without a collector. */
export const traceArguments = (collector: TraceCollector | undefined): string[] =>
  collector === undefined ? [] : [`${TRACES}${collector.url}`];

/** Port that its addresses are reached at. */
export const collectorPort = ({ url, pods }: TraceCollector): number =>
  pods?.port ?? portOf(new URL(url));

/** What is wrong with it, by where that stands. */
export function collectorFaults(collector: TraceCollector): [string, string][] {
  const { url, pods } = collector;
  const faults: [string, string | undefined][] = [
    ['url', urlFault(url)],
    [
      'pods',
      pods && (podsFault(pods) ?? (pods.port === undefined ? undefined : portFault(pods.port))),
    ],
    ['ranges', rangesFault(collector)],
  ];
  return faults.flatMap(([path, fault]) => (fault === undefined ? [] : [[path, fault]]));
}

/** In one spelling, since admission compares arguments as texts. */
function urlFault(url: string): string | undefined {
  const parsed = URL.parse(url);
  const isPlain =
    parsed !== null &&
    /^https?:$/.test(parsed.protocol) &&
    [parsed.username, parsed.password, parsed.search, parsed.hash].every((part) => part === '');
  const normal = parsed?.href.replace(/\/$/, '') ?? '';
  return isPlain && normal === url
    ? undefined
    : `got "${url}", supply an http or https URL in normal form, with a host and no more than a path, such as "http://collector.observability.svc:4318"`;
}

function rangesFault({ pods, ranges }: TraceCollector): string | undefined {
  if (pods !== undefined) {
    return ranges === undefined ? undefined : 'got pods too, supply one of them';
  }
  if (ranges === undefined || ranges.length === 0 || ranges.length > 16) {
    return 'got none, supply its pods, or 1 to 16 ranges that its addresses are in';
  }
  return ranges.map(cidrFault).find((fault) => fault !== undefined);
}
