import type { Container, ResourceRequirements } from 'kubernetes-types/core/v1.js';
import { launchCommand } from '../contract/hardening.ts';
import { AGENT_UID } from '../contract/process.ts';
import { agentEnvironment } from './agent-environment.ts';
import { agentProbes } from './agent-probes.ts';
import { agentMounts } from './agent-volumes.ts';
import type { AcceptedInferenceSpec, AcceptedSandboxSpec } from './input.ts';
import { containerSecurityContext } from './security-context.ts';

const DEFAULT_RESOURCES = {
  requests: { cpu: '500m', memory: '1Gi' },
  limits: { cpu: '2', memory: '4Gi' },
};

/** The container that the agent runs in. */
export function agentContainer(
  sandbox: string,
  spec: AcceptedSandboxSpec,
  policy: AcceptedInferenceSpec,
): Container {
  const { image = '', command = [], args = [] } = spec.runtime.byo ?? {};
  return {
    name: 'agent',
    image,
    command: launchCommand(command),
    ...(args.length === 0 ? {} : { args: [...args] }),
    env: agentEnvironment(sandbox, spec, policy),
    resources: (spec.resources as ResourceRequirements | undefined) ?? DEFAULT_RESOURCES,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: containerSecurityContext(AGENT_UID),
    volumeMounts: agentMounts(spec),
    ...agentProbes(spec),
  };
}
