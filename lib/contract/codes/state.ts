/** Faults of the directory that a process keeps its state in. While one lasts, the process is not ready and denies every call. */
export const stateCodes = {
  KARS_STATE_LOCKED: 'another process holds the state directory',
  KARS_STATE_FILE_SYSTEM:
    'the state directory is not on a local file system, so nothing keeps two nodes from writing it',
  KARS_STATE_FULL: 'the state volume has no space left',
  KARS_STATE_UNWRITABLE: 'the state directory cannot be written',
  KARS_BUDGET_BROKEN:
    'what was charged to budgets cannot be read, was changed, is gone, or is of a later release',
  KARS_DNS_NAMES_BROKEN: 'the addresses that were given to names cannot be read, or were changed',
  KARS_GENERATIONS_BROKEN:
    'which generation of an allow-list was accepted last cannot be read, or was changed',
  KARS_BYTES_BROKEN: 'what entries have carried in their windows cannot be read, or was changed',
} as const;

/** Code of a fault of the state directory. */
export type StateCode = keyof typeof stateCodes;
