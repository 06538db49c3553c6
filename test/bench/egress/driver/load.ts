/** What clients do: tunnels for TLS or anything that are used once, requests to one host or many, or bytes without end. */
export const loads = ['tls', 'tcp', 'forward', 'spread', 'bulk'] as const;

/** What clients do. */
export type Load = (typeof loads)[number];

/** What a driver is told, as JSON in its argument. */
export interface DriverOptions {
  readonly load: Load;
  /** Port of the proxy on loopback. */
  readonly port: number;
  /** The process under test. */
  readonly pid: number;
  /** CPU of the process under test that is not measured yet: caches and compilers need it. */
  readonly warmCpuSeconds: number;
  readonly milliseconds: number;
  /** Clients at once. */
  readonly clients: number;
}

/** First line of a driver's output, before it measures. */
export const WARM = 'warm\n';

/** What a driver has measured, as JSON in its second line. */
export interface Measured {
  readonly seconds: number;
  /** Of the process under test. */
  readonly cpuSeconds: number;
  /** Of its first thread. */
  readonly ran: number;
  readonly waited: number;
  readonly operations: number;
  readonly bytes: number;
  readonly failures: number;
}

/** Counts what clients do. */
export interface Tally {
  operations: number;
  bytes: number;
  failures: number;
}

/** One client, which goes on until its process ends. */
export type Client = (port: number, tally: Tally) => void;
