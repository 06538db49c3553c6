import type { Busy } from '../../measured/busy.ts';

/** What clients ask for, and how many of them there are at once. */
interface LoadShape {
  readonly clients: number;
  /** Bytes of the prompt. */
  readonly promptBytes: number;
  /** How the provider answers: at once, after 60 ms, or with 5 ms between events. */
  readonly model: 'fast' | 'slow' | 'paced';
  readonly stream: boolean;
  /** Whether the process under test gets no rest, so that its CPU is compared; otherwise how long clients wait. */
  readonly isCrowded: boolean;
}

/** What is asked of a gateway. */
export const loads = {
  few: { clients: 10, promptBytes: 1024, model: 'fast', stream: false, isCrowded: true },
  many: { clients: 64, promptBytes: 1024, model: 'fast', stream: false, isCrowded: true },
  large: { clients: 10, promptBytes: 65_536, model: 'fast', stream: false, isCrowded: true },
  stream: { clients: 10, promptBytes: 1024, model: 'fast', stream: true, isCrowded: true },
  paced: { clients: 10, promptBytes: 1024, model: 'paced', stream: true, isCrowded: false },
  wait: { clients: 10, promptBytes: 1024, model: 'slow', stream: false, isCrowded: false },
  first: { clients: 1, promptBytes: 1024, model: 'fast', stream: true, isCrowded: false },
  firstSlow: { clients: 10, promptBytes: 1024, model: 'slow', stream: true, isCrowded: false },
} as const satisfies Readonly<Record<string, LoadShape>>;

/** What is asked of a gateway. */
export type Load = keyof typeof loads;

/** Every load, in the order in which they are put on a gateway. */
export const loadNames = Object.keys(loads) as Load[];

/** The models that the provider has. */
export const models = ['fast', 'slow', 'paced'] as const;

/** What a driver is told, as JSON in its argument. */
export interface DriverOptions {
  readonly load: Load;
  /** Port of the gateway on loopback. */
  readonly port: number;
  /** Headers besides those of every client. */
  readonly headers: Readonly<Record<string, string>>;
  /** The process under test. */
  readonly pid: number;
  readonly warmCpuSeconds: number;
  readonly milliseconds: number;
}

/** Counts what clients get. */
export interface Tally {
  operations: number;
  failures: number;
  /** Of the first failure. */
  failure: string;
  /** Reads in which the bodies of all answers came. */
  reads: number;
  /** Milliseconds from each request to the first byte of the body of its answer. */
  readonly first: number[];
}

/** What a driver has measured, as JSON in the last line of its output. */
export interface Measured extends Busy {
  readonly operations: number;
  readonly failures: number;
  readonly failure: string;
  readonly reads: number;
  /** Middle of all, in milliseconds. */
  readonly firstMilliseconds: number;
}
