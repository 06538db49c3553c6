import { labels } from '../contract/api.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';

const PREFIX = 'kars-';

/** Namespace of the control plane. */
export const PLATFORM_NAMESPACE = 'kars-system';

/** Namespace of what prepares the nodes. */
export const NODE_NAMESPACE = 'kars-node-profiles';

/** Its namespace is a DNS label too. */
const LONGEST_NAME = 63 - PREFIX.length;

/** A CronJob appends eleven characters to make the names of its jobs. */
const LONGEST_CRON_NAME = 52;

/** Longest name of a sandbox. */
export const longestSandboxName = (workload: string | undefined): number =>
  workload === 'CronJob' ? LONGEST_CRON_NAME : LONGEST_NAME;

/** Names whose namespace belongs to the platform. */
const RESERVED = ['system', 'sre', 'node-profiles'];

/** Namespace of the pod of a sandbox. */
export const sandboxNamespace = (sandbox: string): string => `${PREFIX}${sandbox}`;

/** Why a sandbox may not have this name. */
export function reservedNameProblems(name: string): Problem[] {
  return RESERVED.includes(name)
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

/** Labels that select the pod of a sandbox. */
export function podLabels(sandbox: string): Record<string, string> {
  return { [labels.sandbox]: sandbox, [labels.component]: 'sandbox' };
}
