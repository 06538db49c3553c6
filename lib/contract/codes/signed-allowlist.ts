/** Faults of a signed allow-list: refused at synth, by the command line, and by the process that loads it. */
export const signedAllowlistCodes = {
  KARS_ALLOWLIST_UNSIGNED: 'an allow-list has to be signed, and it has no signature',
  KARS_ALLOWLIST_SIGNATURE: 'no signature of an allow-list is by somebody who may sign it',
  KARS_ALLOWLIST_ALTERED: 'a text of a signed allow-list is not the one that its digest stands for',
  KARS_ALLOWLIST_MALFORMED: 'what was signed is no allow-list in canonical form',
  KARS_ALLOWLIST_REPOSITORY: 'a signed allow-list belongs to another repository',
  KARS_ALLOWLIST_GENERATION:
    'a signed allow-list has an earlier generation than one that was accepted before, or the same with other content',
  KARS_ALLOWLIST_DIFFERS: 'what a sandbox lists is not what its signed allow-list says',
  KARS_SIGNERS_INVALID: 'what says who may sign names nobody, or a key that is none',
} as const;

/** Code of a fault of a signed allow-list. */
export type SignedAllowlistCode = keyof typeof signedAllowlistCodes;
