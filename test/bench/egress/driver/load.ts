import type { Busy } from '../../measured/busy.ts';

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

/** Counts what clients do. */
export interface Tally {
  operations: number;
  bytes: number;
  failures: number;
}

/** What a driver has measured, as JSON in the last line of its output. */
export type Measured = Busy & Readonly<Tally>;

/** One client, which goes on until its process ends. */
export type Client = (port: number, tally: Tally) => void;
