import type { EgressEntry } from 'kars-constructs/contract';

/** What the hosts serve, by port. A proxy of ours carries each port by the protocol that is usual there. */
export const ports = {
  /** An exchange of HTTP. */
  http: 80,
  /** Reads a ClientHello. */
  tls: 443,
  /** Answers whatever it gets. */
  tcp: 7000,
  /** Sends without end. */
  bulk: 7001,
} as const;

/** Length of an answer, and of the body of an answer of HTTP. */
export const ANSWER_BYTES = 1024;

const ENTRIES = 1000;

/** Names that connections are made to, so that none has all of them. */
const USED = 32;

const name = (index: number): string => `site-${index}.bench.example`;

/** Every name that the lists of the proxies have. */
export const listedNames: readonly string[] = Array.from({ length: ENTRIES }, (_, index) =>
  name(index),
);

/** Spread over the list, since a list may be searched from its beginning. */
export const usedNames: readonly string[] = Array.from({ length: USED }, (_, index) =>
  name(Math.floor(((index + 0.5) * ENTRIES) / USED)),
);

/** The list of our proxy: a range of ports would be one protocol for all of them. */
export const entries: readonly EgressEntry[] = listedNames.map((host) => ({
  host,
  port: ports.http,
  endPort: ports.bulk,
}));

/** Seconds that an answer of DNS lives: a usual time, in which no measurement ends. */
export const LIFETIME_SECONDS = 300;
