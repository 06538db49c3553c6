/** A limit of the egress proxy that a sandbox may set. */
export interface EgressLimit {
  /** What counts where a sandbox says nothing, and as much as it may say where the platform says nothing. */
  readonly standard: number;
  /** As much as a platform may let a sandbox say. */
  readonly most: number;
  readonly description: string;
}

/** Counts, bytes and seconds: each name says which. */
export const egressLimits = {
  connections: {
    standard: 1024,
    most: 8192,
    description: 'Connections of the agent to the egress proxy at once, 1024 when absent.',
  },
  calls: {
    standard: 1024,
    most: 8192,
    description: 'Connections to hosts at once, 1024 when absent.',
  },
  callsOfTarget: {
    standard: 256,
    most: 8192,
    description: 'Connections to one host and port at once, 256 when absent.',
  },
  headerBytes: {
    standard: 16 * 1024,
    most: 64 * 1024,
    description: 'Request line and headers of a request, 16384 when absent.',
  },
  headerSeconds: {
    standard: 10,
    most: 300,
    description: 'Time to the end of the headers of a request, 10 when absent.',
  },
  helloSeconds: {
    standard: 10,
    most: 300,
    description: 'Time to the end of a ClientHello of TLS, 10 when absent.',
  },
  resolveSeconds: {
    standard: 5,
    most: 60,
    description: 'Time to resolve the name of a host, 5 when absent.',
  },
  connectSeconds: {
    standard: 10,
    most: 300,
    description: 'Time to connect to an address of a host, 10 when absent.',
  },
  idleSeconds: {
    standard: 300,
    most: 86_400,
    description: 'Time of a connection to a host without a byte, 300 when absent.',
  },
  lifetimeSeconds: {
    standard: 86_400,
    // As long as a timer of Node.js can wait.
    most: 24 * 86_400,
    description: 'Time of a connection to a host, 86400 when absent.',
  },
  dnsQueriesPerSecond: {
    standard: 500,
    most: 10_000,
    description: 'DNS queries in a second, 500 when absent.',
  },
} as const satisfies Readonly<Record<string, EgressLimit>>;

/** Name of a limit of the egress proxy. */
export type EgressLimitName = keyof typeof egressLimits;

/** Every name of a limit, in the order of the table. */
export const egressLimitNames = Object.keys(egressLimits) as readonly EgressLimitName[];

/** Bytes of both directions that an entry may carry in each window. */
export interface BytesOfTarget {
  readonly bytes: number;
  readonly seconds: number;
}

/** Most seconds of a window for bytes: 31 days. */
export const LONGEST_WINDOW = 31 * 86_400;

/** Option of the egress proxy for a limit. */
export const limitOption = (name: EgressLimitName | 'bytesOfTarget'): string =>
  `limit-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Beginning of the argument of the egress proxy for a limit. */
export const limitArgument = (name: EgressLimitName | 'bytesOfTarget'): string =>
  `--${limitOption(name)}=`;

/** The options of all limits, in the form that `util.parseArgs` of Node takes. */
export const limitOptions: Readonly<Record<string, { readonly type: 'string' }>> =
  Object.fromEntries(
    [...egressLimitNames, 'bytesOfTarget' as const].map((name) => [
      limitOption(name),
      { type: 'string' },
    ]),
  );

/** `BYTES/SECONDS`, as an argument carries it. */
export const formatBytesOfTarget = ({ bytes, seconds }: BytesOfTarget): string =>
  `${bytes}/${seconds}`;

/** The reverse of {@link formatBytesOfTarget}; undefined for any other text. */
export function parseBytesOfTarget(text: string): BytesOfTarget | undefined {
  const [, bytes = '', seconds = ''] = /^([1-9]\d{0,14})\/([1-9]\d{0,6})$/.exec(text) ?? [];
  return bytes === '' || Number(seconds) > LONGEST_WINDOW
    ? undefined
    : { bytes: Number(bytes), seconds: Number(seconds) };
}
