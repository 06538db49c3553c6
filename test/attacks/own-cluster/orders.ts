import type { Outcome } from '../attack.ts';
import { outcomeFrom, type NetworkAttack, type Order } from '../under-orders/network-attack.ts';
import { sidecarAttacks } from '../under-orders/sidecar-attacks.ts';
import type { World } from '../world.ts';

/** Attacks on sidecars that show by themselves what became of them, without a host or a provider that answers. */
export const soloAttacks: readonly NetworkAttack[] = sidecarAttacks.filter(
  ({ asked, needsOthers = false }) => asked === undefined && !needsOthers,
);

/** Id of an attack in the catalogue. */
export const orderedId = ({ id }: NetworkAttack): string => `ordered-${id}`;

/** What the agent is told, by the ids of attacks. */
export const ordersFor = ({ v4, v6 }: World): Readonly<Record<string, readonly Order[]>> =>
  Object.fromEntries(
    soloAttacks.map((attack) => [
      orderedId(attack),
      attack.orders({ ipv4: v4, ipv6: v6, own: '' }),
    ]),
  );

/** What an answer of a sidecar means: only one that says its code, or what the attack looks for, is a refusal. */
export function judge(attack: NetworkAttack, { outcome, detail }: Outcome): Outcome {
  return outcome === 'succeeded'
    ? outcomeFrom({ refused: /KARS_[A-Z_]+/, ...attack }, detail)
    : { outcome: 'error', detail };
}
