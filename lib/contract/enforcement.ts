import { inferencePolicyFields } from './enforcement-inference.ts';
import { toolPolicyFields } from './enforcement-tools.ts';

/** Who makes a field of a custom resource count. `synth`: it is checked when an app is synthesized, and nothing reads it later. */
export type Enforcer = 'pod' | 'router' | 'egress-proxy' | 'synth';

/** Why a field is no silent no-op. */
export interface Enforcement {
  readonly by: Enforcer;
  /** Prop of the construct that writes the field; absent where the construct always writes the same. */
  readonly prop?: string;
  /** File that acts on the field. */
  readonly where: string;
  /** The values that have an effect; any other is warned of, and counts as the first. Absent: every value has. */
  readonly only?: readonly [string, ...string[]];
  /** File of the test that fails when the field is not acted on. */
  readonly test: string;
}

const pod = (prop: string, where: string, test = 'pod.test.ts'): Enforcement => ({
  by: 'pod',
  prop,
  where: `lib/sandbox/${where}`,
  test: `test/lib/sandbox/${test}`,
});

const workload = pod('workload', 'workload-objects.ts', 'workload.test.ts');

const secret = (where: string): Enforcement => pod('secrets', where, 'secrets.test.ts');

const workspace = pod('workspace', 'agent-volumes.ts', 'workspace.test.ts');

const probe = (field: string): Readonly<Record<string, Enforcement>> =>
  Object.fromEntries(
    ['startup', 'liveness', 'readiness'].map((name) => [
      `probes.${name}.${field}`,
      pod('agent', 'agent-probes.ts', 'probes.test.ts'),
    ]),
  );

const hook = pod('agent', 'agent-probes.ts', 'probes.test.ts');

const scheduling = pod('scheduling', 'pod-scheduling.ts', 'surroundings.test.ts');

const hardening = (prop: string, where: string): Enforcement =>
  pod(prop, where, 'hardening.test.ts');

const isolation = (prop: string): Enforcement => pod(prop, 'isolation.ts', 'isolation.test.ts');

const router = (prop: string, where: string, test: string): Enforcement => ({
  by: 'router',
  prop,
  where: `runtime/router/${where}`,
  test: `test/runtime/router/${test}`,
});

const synth = (prop: string, where: string, test: string): Enforcement => ({
  by: 'synth',
  prop,
  where: `lib/${where}`,
  test: `test/lib/${test}`,
});

const egress = (prop: string): Enforcement => ({
  by: 'egress-proxy',
  prop,
  where: 'runtime/egress-policy/decide.ts',
  test: 'test/runtime/egress-policy/decide.test.ts',
});

const signedList: Enforcement = {
  by: 'egress-proxy',
  prop: 'signedEgress',
  where: 'runtime/egress-proxy/signed-allowlist/signed-floor.ts',
  test: 'test/runtime/egress-proxy/signed-allowlist/signed-floor.test.ts',
};

const approval = (prop: string): Enforcement => ({
  by: 'egress-proxy',
  prop,
  where: 'runtime/egress-proxy/approvals/approvals.ts',
  test: 'test/runtime/egress-proxy/approvals/approvals.test.ts',
});

const learning: Enforcement = {
  by: 'egress-proxy',
  prop: 'learning',
  where: 'runtime/egress-proxy/learning/learning.ts',
  test: 'test/runtime/egress-proxy/learning/learning.test.ts',
};

const limit: Enforcement = {
  by: 'egress-proxy',
  prop: 'egressLimits',
  where: 'runtime/egress-proxy/read-limits.ts',
  test: 'test/runtime/egress-proxy/limits.test.ts',
};

const parentProxy: Enforcement = {
  by: 'egress-proxy',
  prop: 'parentProxy',
  where: 'runtime/service/parent-proxy.ts',
  test: 'test/runtime/egress-proxy/parent-proxy.test.ts',
};

const DECIDE_CALL = 'decide-call.test.ts';

/**
 * Fields that something acts on, by kind and path below `spec`. A field that is not listed is enforced
 * by nothing yet; one with the enforcer `synth` by nothing in the cluster. Both are named in a warning
 * when a manifest carries them.
 */
export const enforcement: Readonly<Record<string, Readonly<Record<string, Enforcement>>>> = {
  KarsSandbox: {
    'runtime.kind': { ...pod('agent', 'spec.ts'), only: ['BYO'] },
    'runtime.byo.image': pod('agent', 'agent-container.ts'),
    'runtime.byo.contractVersion': pod('agent', 'spec.ts'),
    'runtime.byo.command': pod('agent', 'agent-container.ts'),
    'runtime.byo.args': pod('agent', 'agent-container.ts'),
    'runtime.byo.env': pod('agent', 'agent-environment.ts'),
    'sandbox.isolation': pod('isolation', 'hardening.ts'),
    'sandbox.seccompProfile': {
      ...hardening('seccompProfile', 'security-context.ts'),
      only: ['kars-strict', 'RuntimeDefault'],
    },
    'sandbox.connectPorts': hardening('connectPorts', 'hardening.ts'),
    'sandbox.minLandlockAbi': hardening('minLandlockAbi', 'hardening.ts'),
    'sandbox.runtimeClassName': isolation('runtimeClassName'),
    'sandbox.hostUsers': isolation('hostUsers'),
    'inferenceRef.name': router('inferencePolicy', 'decide-call.ts', DECIDE_CALL),
    'governance.enabled': router('toolPolicy', 'decide-call.ts', DECIDE_CALL),
    'governance.toolPolicyRef.name': router('toolPolicy', 'decide-call.ts', DECIDE_CALL),
    'governance.mcpServerRefs[].name': egress('mcpServers'),
    'networkPolicy.egressMode': { ...egress('egress'), only: ['Strict'] },
    'networkPolicy.learn.until': learning,
    'networkPolicy.learn.ports': learning,
    'networkPolicy.approvals.maxSeconds': {
      ...approval('approvals'),
      where: 'runtime/egress-proxy/approvals/read-approvals.ts',
    },
    'networkPolicy.approvals.ports': pod('approvals', 'network-policies.ts', 'approvals.test.ts'),
    'networkPolicy.blockedHosts': egress('blockedHosts'),
    'networkPolicy.allowlistRef.registry': signedList,
    'networkPolicy.allowlistRef.repository': signedList,
    'networkPolicy.allowlistRef.digest': signedList,
    'networkPolicy.allowlistRef.artifactType': signedList,
    'networkPolicy.encryptedHello': {
      by: 'egress-proxy',
      prop: 'encryptedHello',
      where: 'runtime/egress-proxy/tls/decide-hello.ts',
      test: 'test/runtime/egress-proxy/tls/entries.test.ts',
    },
    'networkPolicy.allowedEndpoints[].host': egress('egress'),
    'networkPolicy.allowedEndpoints[].cidr': egress('egress'),
    'networkPolicy.allowedEndpoints[].port': egress('egress'),
    'networkPolicy.allowedEndpoints[].endPort': egress('egress'),
    'networkPolicy.allowedEndpoints[].protocol': egress('egress'),
    'networkPolicy.allowedEndpoints[].http.methods': egress('egress'),
    'networkPolicy.allowedEndpoints[].http.pathPrefixes': egress('egress'),
    'networkPolicy.allowedEndpoints[].http.upgrade': egress('egress'),
    'egressLimits.connections': limit,
    'egressLimits.calls': limit,
    'egressLimits.callsOfTarget': limit,
    'egressLimits.bytesOfTarget.bytes': limit,
    'egressLimits.bytesOfTarget.seconds': limit,
    'egressLimits.headerBytes': limit,
    'egressLimits.headerSeconds': limit,
    'egressLimits.helloSeconds': limit,
    'egressLimits.resolveSeconds': limit,
    'egressLimits.connectSeconds': limit,
    'egressLimits.idleSeconds': limit,
    'egressLimits.lifetimeSeconds': limit,
    'egressLimits.dnsQueriesPerSecond': limit,
    'parentProxy.url': parentProxy,
    'parentProxy.ranges': parentProxy,
    'parentProxy.credentialsSecretRef.name': parentProxy,
    'parentProxy.credentialsSecretRef.key': parentProxy,
    'resources.requests': pod('resources', 'container-resources.ts', 'pod-table.test.ts'),
    'resources.limits': pod('resources', 'container-resources.ts', 'pod-table.test.ts'),
    'inbound[].namespace': pod('inbound', 'network-policies.ts'),
    'inbound[].podLabels': pod('inbound', 'network-policies.ts'),
    'inbound[].port': pod('inbound', 'hardening.ts'),
    suspended: pod('suspended', 'workload-objects.ts', 'workload.test.ts'),
    'workload.type': workload,
    'workload.job.backoffLimit': workload,
    'workload.job.activeDeadlineSeconds': workload,
    'workload.job.ttlSecondsAfterFinished': workload,
    'workload.cron.schedule': workload,
    'workload.cron.timeZone': workload,
    'workload.cron.startingDeadlineSeconds': workload,
    'secrets[].secretRef.name': secret('secret-problems.ts'),
    'secrets[].secretRef.key': secret('agent-volumes.ts'),
    'secrets[].env': secret('agent-environment.ts'),
    'secrets[].file': secret('agent-volumes.ts'),
    'workspace.mode': workspace,
    'workspace.size': workspace,
    'workspace.storageClassName': workspace,
    'workspace.accessMode': workspace,
    'workspace.claimName': workspace,
    ...probe('exec.command'),
    ...probe('httpGet.path'),
    ...probe('httpGet.port'),
    ...probe('tcpSocket.port'),
    ...probe('initialDelaySeconds'),
    ...probe('periodSeconds'),
    ...probe('timeoutSeconds'),
    ...probe('failureThreshold'),
    'lifecycle.postStart.exec.command': hook,
    'lifecycle.preStop.exec.command': hook,
    'lifecycle.terminationGracePeriodSeconds': { ...hook, where: 'lib/sandbox/pod.ts' },
    proxyEnv: pod('proxyEnv', 'agent-environment.ts', 'surroundings.test.ts'),
    'extraCa.configMapRef.name': pod('extraCa', 'agent-volumes.ts', 'surroundings.test.ts'),
    'extraCa.configMapRef.key': pod('extraCa', 'agent-volumes.ts', 'surroundings.test.ts'),
    'pullSecrets[].name': pod('pullSecrets', 'pod-scheduling.ts', 'surroundings.test.ts'),
    'scheduling.nodeSelector': scheduling,
    'scheduling.tolerations[].key': scheduling,
    'scheduling.tolerations[].operator': scheduling,
    'scheduling.tolerations[].value': scheduling,
    'scheduling.tolerations[].effect': scheduling,
    'scheduling.tolerations[].tolerationSeconds': scheduling,
    'scheduling.nodeAffinity[].key': scheduling,
    'scheduling.nodeAffinity[].operator': scheduling,
    'scheduling.nodeAffinity[].values': scheduling,
    'scheduling.priorityClassName': scheduling,
    'state.mode': pod('state', 'volumes.ts'),
    'state.size': pod('state', 'volumes.ts'),
    'state.storageClassName': pod('state', 'volumes.ts'),
    'state.accessMode': pod('state', 'volumes.ts'),
    'state.auditRetentionDays': pod('state', 'audit-arguments.ts'),
  },
  InferencePolicy: inferencePolicyFields,
  ToolPolicy: toolPolicyFields,
  McpServer: {
    url: egress('url'),
  },
  EgressApproval: {
    sandbox: approval('sandbox'),
    'hosts[].host': approval('hosts'),
    'hosts[].port': approval('hosts'),
    reason: approval('reason'),
    ticket: approval('ticket'),
    ttl: approval('ttl'),
    approvedAt: approval('approvedAt'),
    expiresAt: approval('expiresAt'),
  },
  TrustGraph: {
    'vertices[].id': synth('vertices', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'vertices[].alg': synth('vertices', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'vertices[].publicKeyB64u': synth(
      'vertices',
      'policy/trust-graph.ts',
      'policy/trust-graph.test.ts',
    ),
    'edges[].from': synth('edges', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'edges[].to': synth('edges', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'edges[].score': synth('edges', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'edges[].issuedAt': synth('edges', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'edges[].notAfter': synth('edges', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
    'edges[].signature': synth('edges', 'policy/trust-graph.ts', 'policy/trust-graph.test.ts'),
  },
  A2AAgent: {
    endpointUrl: synth('endpointUrl', 'agent/a2a-agent.ts', 'agent/a2a-agent.test.ts'),
    productionMode: synth('endpointUrl', 'agent/a2a-agent.ts', 'agent/a2a-agent.test.ts'),
    'signingKeys[].kid': synth('signingKeys', 'agent/a2a-agent.ts', 'agent/a2a-agent.test.ts'),
    'signingKeys[].alg': synth('signingKeys', 'agent/a2a-agent.ts', 'agent/a2a-agent.test.ts'),
    'signingKeys[].publicKeyB64u': synth(
      'signingKeys',
      'agent/a2a-agent.ts',
      'agent/a2a-agent.test.ts',
    ),
  },
  KarsMemory: {
    'sandboxRef.name': synth('sandbox', 'agent/kars-memory.ts', 'agent/kars-memory.test.ts'),
    storeName: synth('storeName', 'agent/kars-memory.ts', 'agent/kars-memory.test.ts'),
    scope: synth('scope', 'agent/kars-memory.ts', 'agent/kars-memory.test.ts'),
  },
  KarsEval: {
    'targetSandboxRef.name': synth('target', 'agent/kars-eval.ts', 'agent/kars-eval.test.ts'),
    'corpus.builtin': synth('corpus', 'agent/kars-eval.ts', 'agent/kars-eval.test.ts'),
  },
};

/** True when something in the cluster acts on the field. */
export function isEnforcedInCluster(kind: string, path: string): boolean {
  const entry = enforcement[kind]?.[path];
  return entry !== undefined && entry.by !== 'synth';
}
