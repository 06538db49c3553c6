import { labels } from '../contract/api.ts';
import { platformNamespaces } from '../contract/platform-names.ts';
import type { Problem } from '../contract/problem.ts';
import { PLATFORM_PREFIX, sandboxNamespace } from '../contract/sandbox-names.ts';
import { problem } from '../private/problems.ts';

export { podLabels, sandboxNamespace } from '../contract/sandbox-names.ts';

/** Its namespace is a DNS label too. */
const LONGEST_NAME = 63 - PLATFORM_PREFIX.length;

/** A CronJob appends eleven characters to make the names of its jobs. */
const LONGEST_CRON_NAME = 52;

/** Longest name of a sandbox. */
export const longestSandboxName = (workload: string | undefined): number =>
  workload === 'CronJob' ? LONGEST_CRON_NAME : LONGEST_NAME;

/** Namespaces that belong to the platform; kars v0.1.x has the last one. */
export const reservedNamespaces: readonly string[] = [...platformNamespaces, 'kars-sre'];

/** Why a sandbox may not have this name. */
export function reservedNameProblems(name: string): Problem[] {
  return reservedNamespaces.includes(sandboxNamespace(name))
    ? [
        problem(
          'KARS_NAME_RESERVED',
          'name',
          `got "${name}", whose namespace ${sandboxNamespace(name)} belongs to the platform; supply another name`,
        ),
      ]
    : [];
}

/** Labels of every object of a sandbox. */
export function sandboxLabels(sandbox: string): Record<string, string> {
  return {
    [labels.sandbox]: sandbox,
    'app.kubernetes.io/name': 'kars',
    'app.kubernetes.io/component': 'sandbox',
    'app.kubernetes.io/managed-by': 'kars-constructs',
  };
}
