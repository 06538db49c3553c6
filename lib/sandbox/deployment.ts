import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { EncodedDocument } from '../contract/document.ts';
import { agentContainer } from './agent-container.ts';
import { egressGuard } from './egress-guard.ts';
import type { Hardening } from './hardening.ts';
import type { SandboxInput } from './input.ts';
import { podLabels, sandboxLabels, sandboxNamespace } from './names.ts';
import { podSecurityContext } from './security-context.ts';
import { SERVICE_ACCOUNT } from './service-account.ts';
import { sidecar } from './sidecar.ts';
import {
  agentVolumes,
  credentialsVolume,
  documentsVolume,
  guardVolumes,
  stateVolume,
} from './volumes.ts';

/** The pod of a sandbox, one replica or none. */
export function deployment(
  { sandbox: { source, spec }, inferencePolicy, image }: SandboxInput,
  documents: readonly EncodedDocument[],
  hardening: Hardening,
): Deployment {
  const { name } = source;
  const credentials = credentialsVolume(inferencePolicy.spec);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: sandboxNamespace(name), labels: sandboxLabels(name) },
    spec: {
      replicas: spec.suspended === true ? 0 : 1,
      // Two pods at once would share one identity, one budget and one audit log.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: podLabels(name) },
      template: {
        metadata: { labels: { ...sandboxLabels(name), ...podLabels(name) } },
        spec: {
          serviceAccountName: SERVICE_ACCOUNT,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurityContext,
          initContainers: [
            egressGuard(image('guard'), spec, hardening),
            sidecar('egress-proxy', name, image('egress-proxy'), false),
            sidecar('router', name, image('router'), credentials.length > 0),
          ],
          containers: [agentContainer(name, spec, inferencePolicy.spec)],
          volumes: [
            ...guardVolumes(hardening, spec),
            documentsVolume(documents),
            ...credentials,
            stateVolume(spec),
            ...agentVolumes,
          ],
        },
      },
    },
  };
}
