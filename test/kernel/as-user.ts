/** A command line as a user of the pod without privileges. */
export const asUser = (user: number, ...more: readonly string[]): string[] => [
  'setpriv',
  `--reuid=${user}`,
  `--regid=${user}`,
  '--clear-groups',
  '--no-new-privs',
  ...more,
];

/** What {@link asUser} needs where the files of the test may lie where only their owner can read. */
export const mayRead = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=+dac_read_search'];

/** What {@link asUser} needs to take every capability away. */
export const mayNothing = ['--inh-caps=-all', '--bounding-set=-all'];
