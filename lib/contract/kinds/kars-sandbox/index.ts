import { defineKind } from '../../kind.ts';
import { karsSandboxSpec } from './spec.ts';
import { karsSandboxStatus } from './status.ts';

export { karsSandboxSpec } from './spec.ts';
export type { KarsSandboxSpec } from './spec.ts';

/** KarsSandbox of kars v0.1.x, with what docs/reference/deviations.md names added. */
export const karsSandbox = defineKind({
  kind: 'KarsSandbox',
  plural: 'karssandboxes',
  shortName: 'cs',
  scope: 'Namespaced',
  description: 'One agent in a hardened pod, behind a router and a proxy that decide every call.',
  spec: karsSandboxSpec,
  specRequired: false,
  status: karsSandboxStatus,
  columns: [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Runtime', type: 'string', jsonPath: '.spec.runtime.kind' },
    { name: 'InferencePolicy', type: 'string', jsonPath: '.spec.inferenceRef.name' },
    { name: 'Isolation', type: 'string', jsonPath: '.spec.sandbox.isolation' },
    {
      name: 'Allowlist',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="AllowlistAuthoritative")].status',
      priority: 1,
    },
  ],
});
