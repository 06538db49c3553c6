import type { Size } from 'cdk8s';
import type { IPersistentVolumeClaim } from 'cdk8s-plus-28';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import { mebibytes } from '../private/quantities.ts';

type Spec = NonNullable<KarsSandboxSpec['workspace']>;

/** Props of {@link SandboxWorkspace.ephemeral}. */
export interface EphemeralWorkspaceProps {
  /**
   * Most that the agent can keep there; a pod that has more is evicted.
   *
   * @default 1 GiB
   */
  readonly size?: Size;
}

/** Props of {@link SandboxWorkspace.persistent}. */
export interface PersistentWorkspaceProps {
  /**
   * Size of the volume.
   *
   * @default 1 GiB
   */
  readonly size?: Size;
  /**
   * Storage class.
   *
   * @default the default class of the cluster
   */
  readonly storageClassName?: string;
  /**
   * Access mode. `ReadWriteOnce` is for drivers that lack ReadWriteOncePod.
   *
   * @default 'ReadWriteOncePod'
   */
  readonly accessMode?: 'ReadWriteOncePod' | 'ReadWriteOnce';
}

/** What the agent has in its working directory, `/sandbox`. */
export class SandboxWorkspace {
  /** An empty directory that ends with the pod. */
  static ephemeral({ size }: EphemeralWorkspaceProps = {}): SandboxWorkspace {
    return new SandboxWorkspace({ mode: 'Ephemeral', ...sizeOf(size) });
  }

  /** A volume of the sandbox, which outlives the pod; the next one finds what the last one left. */
  static persistent(props: PersistentWorkspaceProps = {}): SandboxWorkspace {
    const { size, storageClassName, accessMode } = props;
    return new SandboxWorkspace({
      mode: 'Persistent',
      ...sizeOf(size),
      ...(storageClassName === undefined ? {} : { storageClassName }),
      ...(accessMode === undefined ? {} : { accessMode }),
    });
  }

  /** A claim in the namespace of the sandbox that somebody else makes and removes. */
  static existing(claim: IPersistentVolumeClaim): SandboxWorkspace {
    return new SandboxWorkspace({ mode: 'Existing', claimName: claim.name });
  }

  /** The workspace block of the custom resource. */
  readonly spec: Spec;

  private constructor(spec: Spec) {
    this.spec = spec;
  }
}

const sizeOf = (size: Size | undefined): Pick<Spec, 'size'> =>
  size === undefined ? {} : { size: mebibytes(size) };
