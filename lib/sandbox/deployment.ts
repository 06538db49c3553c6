import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { SandboxInput } from './input.ts';
import { podLabels, sandboxLabels, sandboxNamespace } from './names.ts';

/** What keeps the pod of a sandbox running: one replica or none. */
export function deployment({ sandbox }: SandboxInput, template: PodTemplateSpec): Deployment {
  const { name } = sandbox.source;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: sandboxNamespace(name), labels: sandboxLabels(name) },
    spec: {
      replicas: sandbox.spec.suspended === true ? 0 : 1,
      // Two pods at once would share one identity, one budget and one audit log.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: podLabels(name) },
      template,
    },
  };
}
