/** Bounds of the router. Times in milliseconds, sizes in bytes. */
export const limits = {
  /** Body of a request of the agent. */
  requestBytes: 10 * 1024 * 1024,
  /** Calls at once; further ones are refused. */
  concurrentCalls: 64,
  /** Connections to one provider. */
  connections: 64,
  /** Connecting to a provider. */
  connectMilliseconds: 10_000,
  /** From the end of a request to the first byte of the answer. */
  answerMilliseconds: 120_000,
  /** Between two reads of an answer. */
  idleMilliseconds: 120_000,
  /** An answer that is not a stream. */
  answerBytes: 32 * 1024 * 1024,
  /** The body of an error of a provider. */
  errorBytes: 64 * 1024,
  /** One event of a stream. */
  eventBytes: 4 * 1024 * 1024,
} as const;
