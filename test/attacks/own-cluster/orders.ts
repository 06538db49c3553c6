import type { Outcome } from '../attack.ts';
import type { NetworkAttack, Order } from '../under-orders/network-attack.ts';
import { sidecarAttacks } from '../under-orders/sidecar-attacks.ts';
import type { World } from '../world.ts';

/** What an allowed host would get, what takes long or ends without a word, and what needs the address of the pod. */
const NEEDING_OTHERS = new Set([
  'proxy-pipeline',
  'proxy-hop-headers',
  'proxy-own-address',
  'held-egress-proxy',
  'held-router',
  'router-tunnel',
]);

/** Attacks on sidecars that show by themselves what became of them, without a host or a provider that answers. */
export const soloAttacks: readonly NetworkAttack[] = sidecarAttacks.filter(
  ({ id, asked }) => asked === undefined && !NEEDING_OTHERS.has(id),
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

/** What an answer of a sidecar means: only one that says its code is a refusal. */
export function judge({ succeeded }: NetworkAttack, { outcome, detail }: Outcome): Outcome {
  if (outcome !== 'succeeded') return { outcome: 'error', detail };
  if (succeeded.test(detail)) return { outcome: 'succeeded', detail };
  const [code] = /KARS_[A-Z_]+/.exec(detail) ?? [];
  return code === undefined ? { outcome: 'error', detail } : { outcome: 'stopped', detail: code };
}
