import { isSetUp as isClusterSetUp } from '../test/cluster/is-set-up.ts';
import { isSetUp as isKernelSetUp } from '../test/kernel/is-set-up.ts';

/** Whether a tier can run here, and if not, what is missing and what adds it. */
export type TierState =
  | { readonly ready: true }
  | { readonly ready: false; readonly missing: string; readonly command: string };

/** A project of vitest. */
export interface Project {
  readonly name: string;
  /** Whether it takes no more of the machine than the others leave. @default false */
  readonly isPatient?: boolean;
}

/** A group of tests that needs the same things. */
export interface Tier {
  readonly name: string;
  /** They run beside each other. */
  readonly projects: readonly Project[];
  readonly state: () => TierState;
  /** Whether another tier may run beside it. */
  readonly sharesMachine: boolean;
}

/** Every tier, the cheapest first. */
export const tiers: readonly Tier[] = [
  {
    name: 'unit',
    projects: [{ name: 'unit' }],
    state: () => ({ ready: true }),
    sharesMachine: true,
  },
  {
    name: 'kernel',
    projects: [{ name: 'kernel' }],
    state: isKernelSetUp,
    sharesMachine: true,
  },
  {
    name: 'cluster',
    // A node mostly waits, and under load answers its own probes late.
    projects: [{ name: 'cluster' }, { name: 'cluster-api', isPatient: true }],
    state: isClusterSetUp,
    sharesMachine: false,
  },
];
