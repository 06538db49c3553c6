import type { ModelledAttack, Outcome, Result } from '../attack.ts';
import { kernelAttacks, kernelOutcomes } from './own-kernel.ts';
import { policyAttacks, policyOutcomes } from './network-policies.ts';
import { userNamespaceAttacks, userNamespaceOutcomes } from './own-users.ts';

/** What a model says of attacks, by their ids: with the layer, and without it. */
export interface ModelOutcomes {
  readonly governed: Readonly<Record<string, Outcome>>;
  readonly control: Readonly<Record<string, Outcome>>;
}

/** Attempts that only layers stop which cannot run on the node of the tests. */
export const modelledAttacks: readonly ModelledAttack[] = [
  ...policyAttacks,
  ...kernelAttacks,
  ...userNamespaceAttacks,
];

/** Asks every model. */
export async function modelResults(): Promise<Result[]> {
  return [
    ...resultsOf(policyAttacks, policyOutcomes()),
    ...resultsOf(kernelAttacks, await kernelOutcomes()),
    ...resultsOf(userNamespaceAttacks, userNamespaceOutcomes()),
  ];
}

const missing: Outcome = { outcome: 'error', detail: 'the model said nothing' };

const resultsOf = (
  attacks: readonly ModelledAttack[],
  { governed, control }: ModelOutcomes,
): Result[] =>
  attacks.map((attack) => {
    const held = governed[attack.id] ?? missing;
    const [layer] = attack.stoppedBy;
    return {
      attack,
      governed: held,
      alone: { [layer]: held },
      control: control[attack.id] ?? missing,
    };
  });
