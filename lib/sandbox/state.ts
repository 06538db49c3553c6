import type { Size } from 'cdk8s';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';

/** Props of {@link SandboxState.persistent}. */
export interface PersistentStateProps {
  /**
   * Size of the volume.
   *
   * @default 1 GiB
   */
  readonly size?: Size;
  /**
   * Storage class; it has to know the access mode ReadWriteOncePod.
   *
   * @default the default class of the cluster
   */
  readonly storageClassName?: string;
}

/** Where the sidecars keep budgets and audit logs. */
export class SandboxState {
  /** On a volume of its own, which outlives the pod. */
  static persistent({ size, storageClassName }: PersistentStateProps = {}): SandboxState {
    return new SandboxState({
      mode: 'Persistent',
      ...(size === undefined ? {} : { size: `${size.toMebibytes()}Mi` }),
      ...(storageClassName === undefined ? {} : { storageClassName }),
    });
  }

  /** In the pod alone: eviction, which an agent can force, loses audit log and counters. */
  static ephemeral(): SandboxState {
    return new SandboxState({ mode: 'Ephemeral' });
  }

  /** The state block of the custom resource. */
  readonly spec: NonNullable<KarsSandboxSpec['state']>;

  private constructor(spec: NonNullable<KarsSandboxSpec['state']>) {
    this.spec = spec;
  }
}
