/** Bounds of the egress proxy. Times in milliseconds, sizes in bytes. */
export const limits = {
  /** Connections of the agent at once; further ones are closed. */
  connections: 1024,
  /** Request line and headers together. */
  headerBytes: 16 * 1024,
  /** From the first byte of a request to the end of its headers. */
  headerMilliseconds: 10_000,
  /** A kept-alive connection between two requests. */
  keepAliveMilliseconds: 30_000,
  /** Resolving a name. */
  resolveMilliseconds: 5000,
  /** Connecting to one of the addresses of a name. */
  connectMilliseconds: 10_000,
  /** Without a byte in either direction. */
  idleMilliseconds: 300_000,
} as const;
