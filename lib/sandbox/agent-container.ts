import type { Container, Volume } from 'kubernetes-types/core/v1.js';
import { launchCommand } from '../contract/hardening.ts';
import { AGENT_UID } from '../contract/process.ts';
import { agentEnvironment } from './agent-environment.ts';
import { agentProbes } from './agent-probes.ts';
import { agentMounts } from './agent-volumes.ts';
import { agentResources } from './container-resources.ts';
import type { AcceptedInferenceSpec, AcceptedSandboxSpec } from './input.ts';
import { containerSecurityContext } from './security-context.ts';

/** The container that the agent runs in, in a pod with `volumes`. */
export function agentContainer(
  sandbox: string,
  spec: AcceptedSandboxSpec,
  policy: AcceptedInferenceSpec,
  volumes: readonly Volume[],
): Container {
  const { image = '', command = [], args = [] } = spec.runtime.byo ?? {};
  return {
    name: 'agent',
    image,
    command: launchCommand(command),
    ...(args.length === 0 ? {} : { args: [...args] }),
    env: agentEnvironment(sandbox, spec, policy),
    resources: agentResources(spec, volumes),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: containerSecurityContext(AGENT_UID, spec),
    volumeMounts: agentMounts(spec),
    ...agentProbes(spec),
  };
}
