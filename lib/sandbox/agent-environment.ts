import type { EnvVar } from 'kubernetes-types/core/v1.js';
import { isReservedVariable } from '../contract/agent-variables.ts';
import { CA_DIR, CA_FILE } from '../contract/hardening.ts';
import type { Problem } from '../contract/problem.ts';
import { nameOfModel } from '../contract/kinds/model-ref.ts';
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
  const own = [
    ...(ownVariables(spec) as unknown as EnvVar[]),
    ...(spec.secrets ?? []).flatMap(({ env, secretRef: { name, key } }): EnvVar[] =>
      env === undefined ? [] : [{ name: env, valueFrom: { secretKeyRef: { name, key } } }],
    ),
  ];
  const names = new Set(own.map(({ name }) => name));
  return [
    ...Object.entries({
      ...(spec.proxyEnv === false ? {} : proxyVariables),
      ...modelVariables(policy),
      ...(spec.extraCa === undefined ? {} : caVariables),
      SANDBOX_NAME: sandbox,
    })
      .map(([name, value]) => ({ name, value }))
      // What the author of the agent says of those that are not reserved counts.
      .filter(({ name }) => !names.has(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    ...own,
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

const PROXY = `http://${AGENT_HOST}:${processes['egress-proxy'].agentPort}`;
const DIRECT = 'localhost,127.0.0.1,::1';

/** What tells programs to use the proxy; both cases of the names are in use. */
const proxyVariables = {
  HTTP_PROXY: PROXY,
  HTTPS_PROXY: PROXY,
  NO_PROXY: DIRECT,
  NODE_USE_ENV_PROXY: '1',
  http_proxy: PROXY,
  https_proxy: PROXY,
  no_proxy: DIRECT,
};

const CA = `${CA_DIR}/${CA_FILE}`;

/** What tells OpenSSL, Node.js and Python to trust the certificates; the second one adds, the others replace. */
const caVariables = { SSL_CERT_FILE: CA, NODE_EXTRA_CA_CERTS: CA, REQUESTS_CA_BUNDLE: CA };

const ROUTER = `http://${AGENT_HOST}:${processes.router.agentPort}`;

/** What client libraries of each API are told, but for the model. */
const clientVariables = {
  anthropic: { ANTHROPIC_API_KEY: PLACEHOLDER_KEY, ANTHROPIC_BASE_URL: `${ROUTER}/anthropic` },
  openai: { OPENAI_API_KEY: PLACEHOLDER_KEY, OPENAI_BASE_URL: `${ROUTER}/v1` },
} as const;

/** Variables with the same value in every sandbox, where it has them. */
export const fixedVariables = {
  ...proxyVariables,
  ...clientVariables.anthropic,
  ...clientVariables.openai,
} as const;

/**
 * What tells client libraries to use the router: those of every API that a model is served by, with the
 * first model of it.
 */
function modelVariables({
  modelPreference,
  providers = [],
}: AcceptedInferenceSpec): Record<string, string> {
  const { primary, fallback = [] } = modelPreference ?? {};
  if (primary === undefined) return { ...clientVariables.openai };
  const apis = new Map(providers.map(({ name, api }) => [name, api]));
  // A later entry of the list overwrites an earlier one.
  const models = [primary, ...fallback].toReversed().map((model) => {
    const api = apis.get(model.provider) ?? 'openai';
    return { ...clientVariables[api], [`${api.toUpperCase()}_MODEL`]: nameOfModel(model) };
  });
  // The router translates messages for providers of either API.
  const messages = { ...clientVariables.anthropic, ANTHROPIC_MODEL: nameOfModel(primary) };
  return Object.assign({}, messages, ...models) as Record<string, string>;
}
