import type { Duration } from 'cdk8s';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';

type Spec = NonNullable<NonNullable<KarsSandboxSpec['probes']>['liveness']>;

/** When a probe is made, and how often it may fail. */
export interface AgentProbeOptions {
  /**
   * Time before the first try.
   *
   * @default 0 seconds
   */
  readonly initialDelay?: Duration;
  /**
   * Time between two tries.
   *
   * @default 10 seconds
   */
  readonly period?: Duration;
  /**
   * Longest time of a try.
   *
   * @default 1 second
   */
  readonly timeout?: Duration;
  /**
   * Failures in a row that count.
   *
   * @default 3
   */
  readonly failureThreshold?: number;
}

/** Options of {@link AgentProbe.tcp}. */
export interface TcpProbeOptions extends AgentProbeOptions {
  /** Port of the agent, one of those that `inbound` of the sandbox names. */
  readonly port: number;
}

/** How the kubelet finds out how an agent is. */
export class AgentProbe {
  /** Healthy when a program ends with code 0; it is held as the agent is. */
  static exec(command: readonly string[], options: AgentProbeOptions = {}): AgentProbe {
    return new AgentProbe({ exec: { command: [...command] }, ...timing(options) });
  }

  /** Healthy when a GET request over HTTP gets an answer below 400. */
  static http(path: string, { port, ...options }: TcpProbeOptions): AgentProbe {
    return new AgentProbe({ httpGet: { path, port }, ...timing(options) });
  }

  /** Healthy when a connection is taken. */
  static tcp({ port, ...options }: TcpProbeOptions): AgentProbe {
    return new AgentProbe({ tcpSocket: { port }, ...timing(options) });
  }

  /** As the custom resource carries it. */
  readonly spec: Spec;

  private constructor(spec: Spec) {
    this.spec = spec;
  }
}

function timing({ initialDelay, period, timeout, failureThreshold }: AgentProbeOptions): Spec {
  return {
    ...(initialDelay === undefined ? {} : { initialDelaySeconds: initialDelay.toSeconds() }),
    ...(period === undefined ? {} : { periodSeconds: period.toSeconds() }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout.toSeconds() }),
    ...(failureThreshold === undefined ? {} : { failureThreshold }),
  };
}
