import type { EnvVar } from 'kubernetes-types/core/v1.js';
import { isReservedVariable } from '../contract/agent-variables.ts';
import type { Problem } from '../contract/problem.ts';
import { AGENT_HOST, processes } from '../contract/process.ts';
import { problem } from '../private/problems.ts';
import type { AcceptedInferenceSpec, AcceptedSandboxSpec } from './input.ts';

/** Sent as API key by the client libraries of the agent; the router ignores it. */
const PLACEHOLDER_KEY = 'held-by-the-router';

/** The variables of the agent container: those of the sandbox, of the manifest, and named secrets. */
export function agentEnvironment(
  sandbox: string,
  spec: AcceptedSandboxSpec,
  policy: AcceptedInferenceSpec,
): EnvVar[] {
  return [
    ...sandboxEnvironment(sandbox, policy),
    ...(ownVariables(spec) as unknown as EnvVar[]),
    ...(spec.secrets ?? []).flatMap(({ env, secretRef: { name, key } }): EnvVar[] =>
      env === undefined ? [] : [{ name: env, valueFrom: { secretKeyRef: { name, key } } }],
    ),
  ];
}

/**
 * What is refused about the variables of a manifest. They are of unknown form in kars v0.1.x, so no
 * schema refuses them.
 */
export function environmentProblems(spec: AcceptedSandboxSpec): Problem[] {
  const secrets = new Set((spec.secrets ?? []).map(({ env }) => env));
  return ownVariables(spec).flatMap(({ name, valueFrom }, index) => {
    const path = `spec.runtime.byo.env[${index}]`;
    if (typeof name !== 'string' || isReservedVariable(name)) {
      const text = `got ${JSON.stringify(name)}, which the sandbox sets itself or nothing can have; supply another name`;
      return [problem('KARS_ENV_RESERVED', `${path}.name`, text)];
    }
    if (secrets.has(name)) {
      const text = `got ${name}, which an entry of secrets sets too; supply each variable once`;
      return [problem('KARS_ENV_RESERVED', `${path}.name`, text)];
    }
    if (valueFrom === undefined) return [];
    const text = `got ${name} with valueFrom, supply a value, or name the Secret in secrets`;
    return [problem('KARS_ENV_SOURCE', `${path}.valueFrom`, text)];
  });
}

const ownVariables = ({ runtime }: AcceptedSandboxSpec): readonly Record<string, unknown>[] =>
  runtime.byo?.env ?? [];

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
