import type { Duration, Size } from 'cdk8s';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import { mebibytes } from '../private/quantities.ts';

/** Props of {@link SandboxState.persistent}. */
export interface PersistentStateProps {
  /**
   * Size of the volume.
   *
   * @default 1 GiB
   */
  readonly size?: Size;
  /**
   * Storage class. Its volumes have to be on local or block storage: the sidecars refuse file systems of a
   * network, whose locks do not hold between nodes.
   *
   * @default the default class of the cluster
   */
  readonly storageClassName?: string;
  /**
   * Access mode. `ReadWriteOnce` is for drivers that lack ReadWriteOncePod: then only the lock of each sidecar
   * keeps a second pod of the same node out.
   *
   * @default 'ReadWriteOncePod'
   */
  readonly accessMode?: 'ReadWriteOncePod' | 'ReadWriteOnce';
  /**
   * How long audit records are kept at least, in whole days. Parts of a log that are older are removed, and a
   * record says so. A log that would need more room than its share of the volume before that denies every call.
   *
   * @default 90 days
   */
  readonly auditRetention?: Duration;
}

/** Where the sidecars keep budgets and audit logs. */
export class SandboxState {
  /** On a volume of its own, which outlives the pod. */
  static persistent(props: PersistentStateProps = {}): SandboxState {
    const { size, storageClassName, accessMode, auditRetention } = props;
    return new SandboxState({
      mode: 'Persistent',
      ...(size === undefined ? {} : { size: mebibytes(size) }),
      ...(storageClassName === undefined ? {} : { storageClassName }),
      ...(accessMode === undefined ? {} : { accessMode }),
      ...(auditRetention === undefined ? {} : { auditRetentionDays: auditRetention.toDays() }),
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
