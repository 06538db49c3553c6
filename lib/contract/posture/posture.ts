import type { PostureInput } from './posture-input.ts';
import { platformPromises, type PlatformPromise, type PromiseId } from './promises.ts';
import { reachOf, type Reach } from './reach.ts';
import { weaknessesOf, type Weakness } from './weaknesses.ts';

/**
 * How far a promise goes for one sandbox. `weakened`: the sandbox itself takes something from it.
 * `partly`: this release does not have all of it. `not yet`: this release has nothing of it.
 */
export type PromiseState = 'held' | 'weakened' | 'partly' | 'not yet';

/** One promise, for one sandbox. */
export interface PromisePosture {
  readonly id: PromiseId;
  readonly promise: string;
  readonly state: PromiseState;
  readonly by: readonly string[];
  /** What the sandbox says that takes something from the promise. */
  readonly weakenedBy: readonly Omit<Weakness, 'promise'>[];
  /** What this release does not have. */
  readonly missing: readonly string[];
}

/** How one sandbox holds every promise, and what it opens; plain data, for snapshots and reviews. */
export interface Posture {
  /** `namespace/name` of the KarsSandbox. */
  readonly sandbox: string;
  readonly promises: readonly PromisePosture[];
  readonly reach: Reach;
}

/** The posture of a sandbox, from its accepted custom resources alone. */
export function postureOf(input: PostureInput): Posture {
  const weaknesses = weaknessesOf(input);
  return {
    sandbox: `${input.namespace}/${input.name}`,
    promises: platformPromises.map((promise) => {
      const weakenedBy = weaknesses
        .filter((weakness) => weakness.promise === promise.id)
        .map(({ field, what }) => ({ field, what }));
      const { id, text, by, missing } = promise;
      return {
        id,
        promise: text,
        state: stateOf(promise, weakenedBy.length),
        by,
        weakenedBy,
        missing,
      };
    }),
    reach: reachOf(input),
  };
}

function stateOf({ by, missing }: PlatformPromise, weaknesses: number): PromiseState {
  if (by.length === 0) return 'not yet';
  if (weaknesses > 0) return 'weakened';
  return missing.length > 0 ? 'partly' : 'held';
}
