import type { RequestRule } from '../policy.ts';

/** Writing resources of a group that others define, in whatever version. */
export const everyVersion = (apiGroup: string, ...resources: readonly string[]): RequestRule => ({
  apiGroups: [apiGroup],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});
