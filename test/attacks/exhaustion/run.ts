import type { KarsImages } from 'kars-constructs';
import type { Client } from '../../cluster/client.ts';
import type { Outcome } from '../attack.ts';
import type { LayerId } from '../layers.ts';
import { runEvictions } from './evictions.ts';
import { runLogFlood } from './log-flood.ts';
import { runWatches } from './watches.ts';

/** What came of attacks on what a node has only so much of, by their ids. */
export interface Exhaustion {
  readonly governed: Readonly<Record<string, Outcome>>;
  readonly control: Readonly<Record<string, Outcome>>;
}

/** What became of one attack on the product, and without its layer. */
export interface Pair {
  readonly governed: Outcome;
  readonly control: Outcome;
}

/** Attacks that end their own pod, or that only somebody outside of it sees the effect of. */
export const exhaustingAttacks = [
  { id: 'disk', title: 'fill the disk of the node', layer: 'limits' },
  { id: 'log', title: 'flood its log, which is on the disk of the node', layer: 'limits' },
  { id: 'state', title: 'be evicted, so that the sidecars forget', layer: 'state' },
  {
    id: 'watches',
    title: 'use up the inotify instances, so that sidecars cannot watch their documents',
    layer: 'user',
  },
] as const satisfies readonly { id: string; title: string; layer: LayerId }[];

/** Id of one of these attacks. */
export type ExhaustionId = (typeof exhaustingAttacks)[number]['id'];

/** Runs them on the product, and each without its layer. */
export async function runExhaustion(admin: Client, images: KarsImages): Promise<Exhaustion> {
  const [evictions, log, watches] = await Promise.all([
    runEvictions(admin, images),
    runLogFlood(admin, images),
    runWatches(admin, images),
  ]);
  const pairs: Readonly<Record<ExhaustionId, Pair>> = { ...evictions, log, watches };
  const of = (which: keyof Pair): Record<string, Outcome> =>
    Object.fromEntries(Object.entries(pairs).map(([id, pair]) => [id, pair[which]]));
  return { governed: of('governed'), control: of('control') };
}
