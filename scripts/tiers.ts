import { isSetUp as isClusterSetUp } from '../test/cluster/is-set-up.ts';
import { isSetUp as isKernelSetUp } from '../test/kernel/is-set-up.ts';

/** Whether a tier can run here, and if not, what is missing and what adds it. */
export type TierState =
  | { readonly ready: true }
  | { readonly ready: false; readonly missing: string; readonly command: string };

/** A group of tests that needs the same things. */
export interface Tier {
  readonly name: string;
  readonly state: () => TierState;
  /** Whether another tier may run beside it. */
  readonly sharesMachine: boolean;
}

/** Every tier, the cheapest first. */
export const tiers: readonly Tier[] = [
  { name: 'unit', state: () => ({ ready: true }), sharesMachine: true },
  { name: 'kernel', state: isKernelSetUp, sharesMachine: true },
  // A node under load answers its own probes late.
  { name: 'cluster', state: isClusterSetUp, sharesMachine: false },
];
