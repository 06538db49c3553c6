import type { AgentRuntime } from '../agent/agent-runtime.ts';
import type { McpServer } from '../agent/mcp-server.ts';
import { egressEntryOf } from '../contract/kinds/kars-sandbox/egress-allowlist.ts';
import type { EgressEntry } from '../contract/kinds/kars-sandbox/egress-entry.ts';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import { portOf } from '../private/urls.ts';
import { limitsSpec } from './egress-limits.ts';
import { signedSpec } from './signed-egress.ts';
import type { KarsSandboxProps } from './sandbox-props.ts';
import { schedulingSpec } from './scheduling.ts';

/** The spec of the custom resource for the props of a sandbox. */
export function toSpec(props: KarsSandboxProps): KarsSandboxSpec {
  const {
    agent,
    inferencePolicy,
    toolPolicy,
    blockedHosts = [],
    encryptedHello,
    learning,
    approvals,
    signedEgress,
    mcpServers = [],
    inbound = [],
    workload,
    workspace,
    egressLimits,
    parentProxy,
    proxyEnv,
    extraCa,
    pullSecrets = [],
    scheduling,
    secrets = [],
    state,
    resources,
    suspended,
  } = props;
  return {
    runtime: {
      kind: 'BYO',
      byo: {
        image: agent.image,
        contractVersion: 'v1',
        command: [...agent.command],
        ...(agent.args.length === 0 ? {} : { args: [...agent.args] }),
        ...(agent.env.length === 0 ? {} : { env: agent.env.map((variable) => ({ ...variable })) }),
      },
    },
    sandbox: hardening(props),
    inferenceRef: { name: inferencePolicy.name },
    governance: {
      enabled: toolPolicy !== undefined,
      ...(toolPolicy === undefined ? {} : { toolPolicyRef: { name: toolPolicy.name } }),
      ...(mcpServers.length === 0
        ? {}
        : { mcpServerRefs: mcpServers.map(({ name }) => ({ name })) }),
    },
    networkPolicy: {
      egressMode: 'Strict',
      allowedEndpoints: endpoints(props),
      ...(blockedHosts.length === 0 ? {} : { blockedHosts: [...blockedHosts] }),
      ...(encryptedHello === undefined
        ? {}
        : { encryptedHello: encryptedHello === 'outer' ? 'Outer' : 'Refuse' }),
      ...(learning === undefined ? {} : { learn: learning.spec }),
      ...(approvals === undefined ? {} : { approvals: approvals.spec }),
      ...(signedEgress === undefined ? {} : signedSpec(signedEgress)),
    },
    ...(egressLimits === undefined ? {} : { egressLimits: limitsSpec(egressLimits) }),
    ...(parentProxy === undefined ? {} : { parentProxy: parentProxy.spec }),
    ...(resources === undefined ? {} : { resources: resources.spec }),
    ...(inbound.length === 0 ? {} : { inbound: inbound.map(({ spec }) => ({ ...spec })) }),
    ...(workload === undefined ? {} : { workload: workload.spec }),
    ...(secrets.length === 0 ? {} : { secrets: secrets.map(({ spec }) => spec) }),
    ...(workspace === undefined ? {} : { workspace: workspace.spec }),
    ...(proxyEnv === undefined ? {} : { proxyEnv }),
    ...(extraCa === undefined
      ? {}
      : { extraCa: { configMapRef: { name: extraCa.configMap.name, key: extraCa.key } } }),
    ...(pullSecrets.length === 0 ? {} : { pullSecrets: pullSecrets.map(({ name }) => ({ name })) }),
    ...(scheduling === undefined ? {} : { scheduling: schedulingSpec(scheduling) }),
    ...probesOf(agent),
    ...lifecycleOf(agent),
    ...(suspended === undefined ? {} : { suspended }),
    ...(state === undefined ? {} : { state: state.spec }),
  };
}

function probesOf({ probes }: AgentRuntime): Pick<KarsSandboxSpec, 'probes'> {
  const { startup, liveness, readiness } = probes;
  const given = {
    ...(startup === undefined ? {} : { startup: startup.spec }),
    ...(liveness === undefined ? {} : { liveness: liveness.spec }),
    ...(readiness === undefined ? {} : { readiness: readiness.spec }),
  };
  return Object.keys(given).length === 0 ? {} : { probes: given };
}

function lifecycleOf({ lifecycle }: AgentRuntime): Pick<KarsSandboxSpec, 'lifecycle'> {
  const { postStart, preStop, terminationGracePeriod: grace } = lifecycle;
  const given = {
    ...(postStart === undefined ? {} : { postStart: { exec: { command: [...postStart] } } }),
    ...(preStop === undefined ? {} : { preStop: { exec: { command: [...preStop] } } }),
    ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace.toSeconds() }),
  };
  return Object.keys(given).length === 0 ? {} : { lifecycle: given };
}

function hardening({
  isolation,
  runtimeClassName,
  hostUsers,
  seccompProfile,
  connectPorts,
  minLandlockAbi,
}: KarsSandboxProps): KarsSandboxSpec['sandbox'] {
  return {
    ...(isolation === undefined ? {} : { isolation }),
    ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
    ...(hostUsers === undefined ? {} : { hostUsers }),
    ...(seccompProfile === undefined ? {} : { seccompProfile }),
    ...(connectPorts === undefined
      ? {}
      : { connectPorts: connectPorts === 'sidecars' ? 'Sidecars' : 'Any' }),
    ...(minLandlockAbi === undefined ? {} : { minLandlockAbi }),
  };
}

/** The entries of the sandbox, and those of the MCP servers that it may use. */
const endpoints = ({ egress = [], mcpServers = [] }: KarsSandboxProps): EgressEntry[] => [
  ...egress.map(({ spec }) => ({ ...spec })),
  ...serverEntries(mcpServers),
];

/** The entries of MCP servers. */
export const serverEntries = (servers: readonly Pick<McpServer, 'url'>[]): EgressEntry[] =>
  servers
    .filter(({ url }) => URL.canParse(url))
    .map(({ url }) => new URL(url))
    .map((url) =>
      egressEntryOf({
        host: url.hostname,
        port: portOf(url),
        protocol: url.protocol === 'http:' ? 'http' : 'tls',
      }),
    );
