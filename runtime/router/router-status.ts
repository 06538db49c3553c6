import type { InferencePolicyPayload, SidecarStatus } from 'kars-constructs/contract';
import type { Budget } from './budget/budget.ts';
import type { Circuits } from './failover/circuit.ts';
import { circuitsInForce } from './failover/circuit-status.ts';
import type { Upstream } from './upstream.ts';

/** What the router is made of that has a state. */
export interface RouterParts {
  readonly circuits: Circuits;
  readonly upstream: Pick<Upstream, 'identities'>;
  readonly budget: Budget;
}

/** What the router says of itself, beside what every sidecar does. */
export const routerStatus = (
  { circuits, upstream, budget }: RouterParts,
  policy: InferencePolicyPayload | undefined,
): Pick<SidecarStatus, 'circuits' | 'identities' | 'budget'> => ({
  circuits: circuitsInForce(circuits.watched(), policy),
  identities: upstream.identities(policy?.providers ?? []),
  budget: budget.windows(policy?.budget),
});
