import type { AgentAttack, Attack } from '../attack.ts';
import { agentAttacks, attacks, userAttacks } from '../catalogue/index.ts';
import type { World } from '../world.ts';
import { orderedId, soloAttacks } from './orders.ts';

/** Why an attack is not tried on a cluster that is in use. */
export interface LeftOut {
  readonly attack: Attack;
  readonly why: string;
}

const OF_NODE = 'needs a node of its own: somebody outside of the pod looks, or a layer is a model';

/** Why an attempt of the agent is not tried; undefined where it is. */
function reasonAgainst({ attempt }: AgentAttack, { v6 }: World): string | undefined {
  if (attempt === 'processes') return 'how many processes are too many says podPidsLimit of a node; see kars doctor'; // prettier-ignore
  return v6 === '' && attempt.endsWith('6') ? 'the pods of the cluster have no IPv6' : undefined;
}

/** What an agent tries in a cluster that is in use, and what it does not. */
export function choose(world: World): {
  readonly tried: readonly AgentAttack[];
  readonly leftOut: readonly LeftOut[];
} {
  const reasons = agentAttacks.map((attack) => ({ attack, why: reasonAgainst(attack, world) }));
  const elsewhere = new Set([
    ...[...agentAttacks, ...userAttacks].map(({ id }) => id),
    ...soloAttacks.map(orderedId),
  ]);
  const others = attacks.filter(({ id }) => !elsewhere.has(id));
  return {
    tried: reasons.filter(({ why }) => why === undefined).map(({ attack }) => attack),
    leftOut: [
      ...reasons.flatMap(({ attack, why }) => (why === undefined ? [] : [{ attack, why }])),
      ...others.map((attack) => ({ attack, why: OF_NODE })),
    ],
  };
}
