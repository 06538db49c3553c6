import { labels } from './api.ts';

/** What the names of the platform begin with: namespaces, and what it keeps in those of sandboxes. */
export const PLATFORM_PREFIX = 'kars-';

/** Namespace of the pod of a sandbox. */
export const sandboxNamespace = (sandbox: string): string => `${PLATFORM_PREFIX}${sandbox}`;

/** Labels that select the pod of a sandbox. */
export const podLabels = (sandbox: string): Record<string, string> => ({
  [labels.sandbox]: sandbox,
  [labels.component]: 'sandbox',
});
