import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the proxy measures of connections to hosts; label values come from closed sets. */
export interface EgressMetrics {
  readonly open: Gauge;
  readonly bytes: Counter<'direction'>;
  readonly closed: Counter<'code'>;
  readonly connect: Histogram<'outcome'>;
}

/** From a millisecond, as a neighbour takes, to the longest that is waited. */
const SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 20];

/** The metrics of connections, in a registry. */
export function createEgressMetrics(registry: Registry): EgressMetrics {
  const registers = [registry];
  return {
    open: new Gauge({
      name: 'kars_egress_connections',
      help: 'Connections to hosts that are open.',
      registers,
    }),
    bytes: new Counter({
      name: 'kars_egress_bytes_total',
      help: 'Bytes of connections to hosts that have ended, by direction.',
      labelNames: ['direction'],
      registers,
    }),
    closed: new Counter({
      name: 'kars_egress_closed_total',
      help: 'Connections to hosts that have ended; by the code of the limit that ended them, empty for none.',
      labelNames: ['code'],
      registers,
    }),
    connect: new Histogram({
      name: 'kars_egress_connect_seconds',
      help: 'Time to resolve an allowed host and to connect to it, by outcome.',
      labelNames: ['outcome'],
      buckets: SECONDS,
      registers,
    }),
  };
}
