import { portFault } from '../contract/names.ts';
import { takenPorts } from '../contract/process.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';

/** Props of {@link Inbound.fromNamespace}. */
export interface InboundProps {
  /** TCP port that the agent listens on. */
  readonly port: number;
  /**
   * Labels of the pods that may connect.
   *
   * @default every pod of the namespace
   */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** Who may connect to which port of an agent. */
export class Inbound {
  /** Pods of one namespace. */
  static fromNamespace(namespace: string, props: InboundProps): Inbound {
    return new Inbound(namespace, props);
  }

  /** As the custom resource carries it. */
  readonly spec: {
    readonly namespace: string;
    readonly port: number;
    readonly podLabels?: Record<string, string>;
  };

  private constructor(namespace: string, { port, podLabels }: InboundProps) {
    this.spec = {
      namespace,
      port,
      ...(podLabels === undefined ? {} : { podLabels: { ...podLabels } }),
    };
  }

  /** Everything that a sandbox refuses about this entry, below `path`. */
  validate(path: string): Problem[] {
    const { port } = this.spec;
    const why = takenPorts.includes(port)
      ? `got ${port}, which a sidecar listens on; supply another one than ${takenPorts.join(', ')}`
      : portFault(port);
    return why === undefined ? [] : [problem('KARS_INBOUND_PORT', `${path}.port`, why)];
  }
}
