/** Bounds of the router. Times in milliseconds, sizes in bytes. */
export const limits = {
  /** Connections of the agent at once; further ones are closed. */
  agentConnections: 1024,
  /** To the end of the headers of a request; looked at as often, so twice as long at most. */
  headerMilliseconds: 10_000,
  /** To the end of a request, looked at with the headers. */
  requestMilliseconds: 60_000,
  /** Body of a request of the agent. */
  requestBytes: 10 * 1024 * 1024,
  /** Bodies of all calls that are under way, by what they announce; further calls are refused. */
  requestBytesAtOnce: 16 * 1024 * 1024,
  /** Values in a body: a small one takes a hundred times the memory of its text. */
  requestValues: 65_536,
  /** Arrays and objects of a body within each other. */
  requestDepth: 64,
  /** Calls at once; further ones are refused. */
  concurrentCalls: 64,
  /** Connections to one provider. */
  connections: 64,
  /** Connecting to a provider. */
  connectMilliseconds: 10_000,
  /** From the end of a request to the first byte of the answer. */
  answerMilliseconds: 120_000,
  /** The longest wait for another attempt at a provider that asks for one. */
  retryWaitMilliseconds: 2000,
  /** Between two reads of an answer. */
  idleMilliseconds: 120_000,
  /** An answer that is not a stream. */
  answerBytes: 32 * 1024 * 1024,
  /** The body of an error of a provider. */
  errorBytes: 64 * 1024,
  /** One event of a stream. */
  eventBytes: 4 * 1024 * 1024,
  /** One event of a stream with an image in it. */
  imageEventBytes: 24 * 1024 * 1024,
  /** Events of a stream that wait for the name of a tool to be whole. */
  heldBytes: 64 * 1024,
  /** Events of all streams that wait for their content to be judged, with what an event takes besides its text. */
  unjudgedBytes: 64 * 1024 * 1024,
  /** Calls of tools in one answer. */
  toolCalls: 1024,
} as const;

/** Bounds of the router. */
export type Limits = Readonly<Record<keyof typeof limits, number>>;
