import type { Duration } from 'cdk8s';
import { DEFAULT_CEILING } from '../contract/kinds/egress-approval/payload.ts';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';

/** What a sandbox takes of approvals. */
export interface SandboxApprovalsOptions {
  /**
   * Ports that the network policies open besides those of the egress entries and the model providers.
   *
   * @default none
   */
  readonly ports?: readonly number[];
}

type ApprovalsSpec = NonNullable<NonNullable<KarsSandboxSpec['networkPolicy']>['approvals']>;

/** Whether operators may let a sandbox reach further hosts for a while, and how long at most. */
export class SandboxApprovals {
  /** None: only another synthesis opens anything. */
  static none(): SandboxApprovals {
    return new SandboxApprovals({ maxSeconds: 0 });
  }

  /** Each for this long at most, a week or less. */
  static upTo(longest: Duration, { ports = [] }: SandboxApprovalsOptions = {}): SandboxApprovals {
    return new SandboxApprovals({
      maxSeconds: longest.toSeconds(),
      ...(ports.length === 0 ? {} : { ports: [...ports] }),
    });
  }

  /** As the custom resource carries it. */
  readonly spec: ApprovalsSpec;

  private constructor(spec: ApprovalsSpec) {
    this.spec = spec;
  }
}

/** One TCP port, or a range of them. */
export interface PortRange {
  readonly port: number;
  readonly endPort: number;
}

/** How far the approvals of a sandbox may go. */
export interface ApprovalBounds {
  /** Longest time of one, in seconds. */
  readonly seconds: number;
  /** Ports that the network policies open. */
  readonly ports: readonly PortRange[];
}

/** Longest time that an approval of a sandbox may last, in seconds; 0 where it takes none. */
export const approvalCeiling = ({
  networkPolicy,
}: Pick<KarsSandboxSpec, 'networkPolicy'>): number =>
  networkPolicy?.approvals?.maxSeconds ?? DEFAULT_CEILING;
