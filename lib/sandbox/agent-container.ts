import type { Container, EnvVar, ResourceRequirements } from 'kubernetes-types/core/v1.js';
import { LAUNCH_DIR, launchCommand } from '../contract/hardening.ts';
import { AGENT_HOST, AGENT_UID, processes } from '../contract/process.ts';
import type { AcceptedInferenceSpec, AcceptedSandboxSpec } from './input.ts';
import { containerSecurityContext } from './security-context.ts';
import { agentDirectories, volumeNames } from './volumes.ts';

/** Sent as API key by the client libraries of the agent; the router ignores it. */
const PLACEHOLDER_KEY = 'held-by-the-router';

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
  const { image = '', command = [], args = [], env = [] } = spec.runtime.byo ?? {};
  return {
    name: 'agent',
    image,
    command: launchCommand(command),
    ...(args.length === 0 ? {} : { args: [...args] }),
    env: [...sandboxEnvironment(sandbox, policy), ...(env as unknown as EnvVar[])],
    resources: (spec.resources as ResourceRequirements | undefined) ?? DEFAULT_RESOURCES,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: containerSecurityContext(AGENT_UID),
    volumeMounts: [
      { name: volumeNames.workspace, mountPath: agentDirectories.workspace },
      { name: volumeNames.temporary, mountPath: agentDirectories.temporary },
      { name: volumeNames.launcher, mountPath: LAUNCH_DIR, readOnly: true },
    ],
  };
}

/** What tells client libraries to use the sidecars. Both cases of the proxy names are in use. */
function sandboxEnvironment(sandbox: string, policy: AcceptedInferenceSpec): EnvVar[] {
  const proxy = `http://${AGENT_HOST}:${processes['egress-proxy'].agentPort}`;
  const direct = 'localhost,127.0.0.1,::1';
  const model = policy.modelPreference?.primary.deployment;
  return Object.entries({
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: direct,
    NODE_USE_ENV_PROXY: '1',
    OPENAI_API_KEY: PLACEHOLDER_KEY,
    OPENAI_BASE_URL: `http://${AGENT_HOST}:${processes.router.agentPort}/v1`,
    ...(model === undefined ? {} : { OPENAI_MODEL: model }),
    SANDBOX_NAME: sandbox,
    http_proxy: proxy,
    https_proxy: proxy,
    no_proxy: direct,
  }).map(([name, value]) => ({ name, value }));
}
