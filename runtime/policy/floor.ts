import type { Problem } from 'kars-constructs/contract';
import type { Snapshot } from './snapshot.ts';

/**
 * What a process refuses of a set that is well-formed: whatever goes below what its arguments say.
 * Admission holds the arguments, and cannot read a document.
 */
export type Floor = (snapshot: Snapshot) => readonly Problem[] | Promise<readonly Problem[]>;

/** What the first of several floors refuses that refuses anything. */
export const allFloors =
  (...floors: readonly Floor[]): Floor =>
  async (snapshot) => {
    for (const floor of floors) {
      const problems = await floor(snapshot);
      if (problems.length > 0) return problems;
    }
    return [];
  };

/** A floor that refuses nothing. */
export const noFloor: Floor = () => [];
