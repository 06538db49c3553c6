/** Bounds of the egress proxy. Times in milliseconds, sizes in bytes. */
export const limits = {
  /** Connections of the agent at once; further ones are refused. */
  connections: 1024,
  /** Connections to hosts at once; further calls are refused. */
  calls: 1024,
  /** The same, to one host and port: a host that hangs must not use up the connections to all others. */
  callsOfTarget: 256,
  /** Requests of one connection that wait for their answers; one more is refused, and the last. */
  pipelinedRequests: 16,
  /** Request line and headers together. */
  headerBytes: 16 * 1024,
  /** To the end of the headers of a request; looked at as often, so twice as long at most. */
  headerMilliseconds: 10_000,
  /** To the end of a ClientHello, where TLS is spoken. */
  helloMilliseconds: 10_000,
  /** A kept-alive connection between two requests. */
  keepAliveMilliseconds: 30_000,
  /** Resolving a name. */
  resolveMilliseconds: 5000,
  /** Connecting to one of the addresses of a name. */
  connectMilliseconds: 10_000,
  /** Without a byte in either direction. */
  idleMilliseconds: 300_000,
  /** A connection to a host, whatever it carries: a day. */
  lifetimeMilliseconds: 86_400_000,
} as const;

/**
 * How long a connection of the agent may be without a byte: longer than one to a host, so that this one,
 * which every byte passes as well, is what closes both and says why.
 */
export const clientIdle = ({ idleMilliseconds }: Limits): number => idleMilliseconds + 1000;

/** Bounds of the egress proxy. */
export type Limits = Readonly<Record<keyof typeof limits, number>>;
