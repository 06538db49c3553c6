import type { Problem } from 'kars-constructs/contract';
import type { Snapshot } from './snapshot.ts';

/**
 * What a process refuses of a set that is well-formed: whatever goes below what its arguments say.
 * Admission holds the arguments, and cannot read a document.
 */
export type Floor = (snapshot: Snapshot) => readonly Problem[] | Promise<readonly Problem[]>;

/** A floor that refuses nothing. */
export const noFloor: Floor = () => [];
