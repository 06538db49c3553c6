import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { EncodedDocument } from '../contract/document.ts';
import { APPROVAL_CEILING, contentFloor, tokenCeiling } from '../contract/process.ts';
import { approvalCeiling } from './approvals.ts';
import { agentContainer } from './agent-container.ts';
import { agentVolumes } from './agent-volumes.ts';
import { auditArguments } from './audit-arguments.ts';
import { loosestLimits } from '../platform/admission/parameters.ts';
import { limitArguments } from './egress-limits.ts';
import { egressGuard } from './egress-guard.ts';
import type { Hardening } from './hardening.ts';
import type { SandboxInput } from './input.ts';
import { podIsolation } from './isolation.ts';
import { learnArguments } from './learning.ts';
import { reachArguments } from './provider-reach.ts';
import { podLabels, sandboxLabels } from './names.ts';
import { parentArguments, parentCredentialsVolume } from './parent-proxy.ts';
import { podScheduling } from './pod-scheduling.ts';
import { podSecurityContext } from './security-context.ts';
import { traceArguments } from '../platform/trace-collector.ts';
import { SERVICE_ACCOUNT } from './service-account.ts';
import { signedArguments } from './signed-egress.ts';
import { sidecar } from './sidecar.ts';
import {
  approvalsVolume,
  credentialsVolume,
  documentsVolume,
  guardVolumes,
  identityVolume,
  stateVolume,
} from './volumes.ts';

/** The pod of a sandbox: guard, sidecars and agent, whatever runs it. */
export function podTemplate(
  { sandbox: { source, spec }, inferencePolicy, signedEgress, image, network, floor }: SandboxInput,
  documents: readonly EncodedDocument[],
  hardening: Hardening,
): PodTemplateSpec {
  const { name } = source;
  const grace = spec.lifecycle?.terminationGracePeriodSeconds;
  const credentials = credentialsVolume(inferencePolicy.spec);
  const identity = identityVolume(inferencePolicy.spec);
  const volumes = [
    ...guardVolumes(hardening, spec),
    documentsVolume(documents),
    approvalsVolume(),
    ...credentials,
    ...identity,
    ...parentCredentialsVolume(spec),
    stateVolume(spec),
    ...agentVolumes(spec),
  ];
  return {
    metadata: { labels: { ...sandboxLabels(name), ...podLabels(name) } },
    spec: {
      serviceAccountName: SERVICE_ACCOUNT,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: podSecurityContext,
      ...podIsolation(spec),
      ...podScheduling(spec),
      ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
      initContainers: [
        egressGuard(image('guard'), spec, hardening),
        sidecar('egress-proxy', name, spec, image('egress-proxy'), {
          floors: [
            ...auditArguments(spec),
            `${APPROVAL_CEILING}${approvalCeiling(spec)}`,
            ...learnArguments(spec),
            ...parentArguments(spec),
            ...limitArguments(spec.egressLimits, loosestLimits(floor)),
            ...signedArguments(signedEgress),
          ],
        }),
        sidecar('router', name, spec, image('router'), {
          credentials: [...credentials, ...identity],
          floors: [
            ...auditArguments(spec),
            ...tokenCeiling(floor?.maxTokensPerRequest),
            ...contentFloor(floor?.contentSafety),
            ...reachArguments(inferencePolicy.spec),
            ...parentArguments(spec),
            ...traceArguments(network.traceCollector),
          ],
        }),
      ],
      containers: [agentContainer(name, spec, inferencePolicy.spec, volumes)],
      volumes,
    },
  };
}
