import { egressLimits } from 'kars-constructs/contract';

/** Bounds of the DNS server. Times in milliseconds, sizes in bytes. */
export const dnsLimits = {
  /** Names that ever get an address; a further one gets none. */
  names: 32_768,
  /** The same, of one entry: a wildcard must not use up the addresses of all others. */
  namesOfEntry: 4096,
  /** Queries in a second, over UDP and TCP together; further ones are refused. */
  queriesPerSecond: egressLimits.dnsQueriesPerSecond.standard as number,
  /** A query. */
  queryBytes: 1232,
  /** Queries that wait for their answers; further ones are refused. */
  waiting: 1000,
  /** TCP connections at once; further ones are closed. */
  connections: 64,
  /** Queries of one TCP connection that wait for their answers; then nothing more is read from it. */
  pipelinedQueries: 16,
  /** A TCP connection on which no whole query arrives, or no answer is taken. */
  idleMilliseconds: 10_000,
};

/** Bounds of the DNS server. */
export type DnsLimits = Readonly<Record<keyof typeof dnsLimits, number>>;
