import type { Duration } from 'cdk8s';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';

type Spec = NonNullable<KarsSandboxSpec['scheduling']>;
type TolerationSpec = NonNullable<Spec['tolerations']>[number];
type RequirementSpec = NonNullable<Spec['nodeAffinity']>[number];

/** What a toleration is about besides the key of the taint. */
export interface TolerationProps {
  /**
   * Value of the taint.
   *
   * @default any
   */
  readonly value?: string;
  /**
   * Effect of the taint.
   *
   * @default any
   */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /**
   * How long the pod stays on a node with that taint; for the effect `NoExecute`.
   *
   * @default as long as it runs
   */
  readonly duration?: Duration;
}

/** A taint of nodes that the pod of a sandbox may run on. */
export class Toleration {
  /** The taint with this key. */
  static of(key: string, { value, effect, duration }: TolerationProps = {}): Toleration {
    return new Toleration({
      key,
      ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
      ...(effect === undefined ? {} : { effect }),
      ...(duration === undefined ? {} : { tolerationSeconds: duration.toSeconds() }),
    });
  }

  /** As the custom resource carries it. */
  readonly spec: TolerationSpec;

  private constructor(spec: TolerationSpec) {
    this.spec = spec;
  }
}

/** What has to hold of the node that the pod of a sandbox runs on. */
export class NodeRequirement {
  /** The node has the label, with one of these values. */
  static in(key: string, values: readonly string[]): NodeRequirement {
    return new NodeRequirement({ key, operator: 'In', values: [...values] });
  }

  /** The node has the label with none of these values, or does not have it. */
  static notIn(key: string, values: readonly string[]): NodeRequirement {
    return new NodeRequirement({ key, operator: 'NotIn', values: [...values] });
  }

  /** The node has the label. */
  static exists(key: string): NodeRequirement {
    return new NodeRequirement({ key, operator: 'Exists' });
  }

  /** The node does not have the label. */
  static doesNotExist(key: string): NodeRequirement {
    return new NodeRequirement({ key, operator: 'DoesNotExist' });
  }

  /** As the custom resource carries it. */
  readonly spec: RequirementSpec;

  private constructor(spec: RequirementSpec) {
    this.spec = spec;
  }
}

/** Which nodes the pod of a sandbox may run on. */
export interface SandboxScheduling {
  /**
   * Labels that the node has to have.
   *
   * @default none
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Taints of nodes that the pod may run on.
   *
   * @default none
   */
  readonly tolerations?: readonly Toleration[];
  /**
   * What else has to hold of the node, all of it.
   *
   * @default nothing
   */
  readonly nodeAffinity?: readonly NodeRequirement[];
  /**
   * PriorityClass of the pod; none of the `system-` classes.
   *
   * @default that of the cluster
   */
  readonly priorityClassName?: string;
}

/** The scheduling block of the custom resource. */
export function schedulingSpec(scheduling: SandboxScheduling): Spec {
  const { nodeSelector, tolerations, nodeAffinity, priorityClassName } = scheduling;
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations === undefined ? {} : { tolerations: tolerations.map(({ spec }) => spec) }),
    ...(nodeAffinity === undefined ? {} : { nodeAffinity: nodeAffinity.map(({ spec }) => spec) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}
