import { egressLimits } from 'kars-constructs/contract';

const SECOND = 1000;

/** Bounds of the egress proxy where nothing else is said. Times in milliseconds, sizes in bytes. */
export const limits = {
  /** Connections of the agent at once; further ones are refused. */
  connections: egressLimits.connections.standard as number,
  /** Connections to hosts at once; further calls are refused. */
  calls: egressLimits.calls.standard as number,
  /** The same, to one host and port: a host that hangs must not use up the connections to all others. */
  callsOfTarget: egressLimits.callsOfTarget.standard as number,
  /** Requests of one connection that wait for their answers; one more is refused, and the last. */
  pipelinedRequests: 16,
  /** Request line and headers together. */
  headerBytes: egressLimits.headerBytes.standard,
  /** To the end of the headers of a request; looked at as often, so twice as long at most. */
  headerMilliseconds: egressLimits.headerSeconds.standard * SECOND,
  /** To the end of a ClientHello, where TLS is spoken. */
  helloMilliseconds: egressLimits.helloSeconds.standard * SECOND,
  /** A kept-alive connection between two requests. */
  keepAliveMilliseconds: 30_000,
  /** Resolving a name. */
  resolveMilliseconds: egressLimits.resolveSeconds.standard * SECOND,
  /** Connecting to one of the addresses of a name. */
  connectMilliseconds: egressLimits.connectSeconds.standard * SECOND,
  /** Without a byte in either direction. */
  idleMilliseconds: egressLimits.idleSeconds.standard * SECOND,
  /** A connection to a host, whatever it carries. */
  lifetimeMilliseconds: egressLimits.lifetimeSeconds.standard * SECOND,
};

/** Bounds of the egress proxy. */
export type Limits = Readonly<Record<keyof typeof limits, number>>;

/**
 * How long a connection of the agent may be without a byte: longer than one to a host, so that this one,
 * which every byte passes as well, is what closes both and says why.
 */
export const clientIdle = ({ idleMilliseconds }: Limits): number => idleMilliseconds + SECOND;
