import { projection } from 'kars-constructs/contract';
import { readProfiles } from '../governance/read-profile.ts';
import type { Floor } from '../policy/floor.ts';

/** Refuses a set with a profile that cannot be read, so that the last good one stays. */
export const profileFloor: Floor = (snapshot) => {
  const profile = snapshot.payload('tool-policy')?.profile;
  const read = profile === undefined ? undefined : readProfiles(profile);
  return read?.ok === false
    ? read.problems.map((problem) => ({ ...problem, path: projection['tool-policy'].file }))
    : [];
};
