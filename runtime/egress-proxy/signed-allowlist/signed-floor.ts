import { canonicalJson, type Problem } from 'kars-constructs/contract';
import type { AllowlistTrust, verifyAllowlist } from 'kars-constructs/signing';
import { noFloor, type Floor } from '../../policy/floor.ts';
import type { Snapshot } from '../../policy/snapshot.ts';
import type { AcceptedGenerations } from './accepted-generations.ts';

const FILE = 'signed-allowlist.json';

/** What a process with signers needs to verify its list. */
export interface SignedFloorOptions {
  /** From the arguments of the process. */
  readonly trust: AllowlistTrust;
  readonly verify: typeof verifyAllowlist;
  readonly generations: AcceptedGenerations;
}

/** A set counts only with an allow-list that is signed, of this repository, new enough, and the same as the one it shows. */
export const signedFloor =
  ({ trust, verify, generations }: SignedFloorOptions): Floor =>
  async (snapshot) => {
    const signed = snapshot.payload('signed-allowlist');
    if (signed === undefined) {
      return [
        problem('KARS_ALLOWLIST_UNSIGNED', '', 'is not there, and only a signed list counts'),
      ];
    }
    const verified = verify(signed, trust);
    if (!verified.ok) {
      return verified.problems.map((fault) => ({ ...fault, path: `${FILE}.${fault.path}` }));
    }
    const { artifact, digest } = verified.value;
    const shown = snapshot.payload('egress-allowlist');
    if (shown === undefined || canonicalJson(shown) !== canonicalJson(artifact.allowlist)) {
      const message =
        'is not the list of egress-allowlist.json; apply all documents of one synthesis';
      return [problem('KARS_ALLOWLIST_DIFFERS', 'artifact', message)];
    }
    const { repository, generation } = artifact;
    return generations.accept({ repository, generation, digest });
  };

/** Without signers a signed list is no proof of anything, and may not look like one. */
export const unsignedFloor: Floor = (snapshot: Snapshot) =>
  snapshot.payload('signed-allowlist') === undefined
    ? noFloor(snapshot)
    : [
        problem(
          'KARS_ALLOWLIST_SIGNATURE',
          '',
          'cannot be verified, since no argument says who may sign; deploy the pod of the same synthesis',
        ),
      ];

const problem = (code: string, path: string, message: string): Problem => ({
  path: path === '' ? FILE : `${FILE}.${path}`,
  code,
  message,
});
