import * as z from 'zod';
import { accessMode, objectName, openObject, volumeSize } from '../../primitives.ts';
import { has, withRules } from '../../rule.ts';
import { egressLimitsSpec } from './egress-limits.ts';
import { governance } from './governance.ts';
import { hardening } from './hardening.ts';
import { inbound } from './inbound.ts';
import { networkPolicy } from './network-policy.ts';
import { parentProxy } from './parent-proxy.ts';
import { lifecycle, probePortRules, probes } from './probes.ts';
import { runtime } from './runtime.ts';
import { secrets } from './secrets.ts';
import { scheduling } from './scheduling.ts';
import { extraCa, pullSecrets } from './surroundings.ts';
import { workload } from './workload.ts';
import { workspace } from './workspace.ts';

const namedRef = (field: string) =>
  withRules(z.strictObject({ name: objectName().describe('Name in the same namespace.') }), [
    {
      cel: 'self.name.size() > 0',
      message: `spec.${field}.name must not be empty`,
      holds: ({ name }) => name.length > 0,
    },
  ]);

const shape = z.strictObject({
  runtime,
  sandbox: hardening.describe('Hardening of the pod.'),
  inferenceRef: namedRef('inferenceRef').describe('The InferencePolicy of the sandbox.'),
  memoryRef: namedRef('memoryRef').optional().describe('The KarsMemory of the sandbox.'),
  agent: z
    .strictObject({
      instructions: z.string().optional().describe('System prompt.'),
      tools: z.array(z.string()).optional().describe('Hosted tools.'),
      fileIds: z.array(z.string()).optional().describe('Files at the provider.'),
    })
    .optional()
    .describe('An agent that a Foundry project hosts.'),
  governance: governance.optional().describe('Tools, peers and MCP servers.'),
  azureServices: z
    .array(
      z.strictObject({
        service: z.string().describe('Kind of service.'),
        account: z.string().optional().describe('Name of the account.'),
        permissions: z.array(z.string()).optional().describe('What the sandbox may do there.'),
      }),
    )
    .optional()
    .describe('Azure services that the sandbox uses.'),
  networkPolicy: networkPolicy.optional().describe('What the agent may connect to.'),
  egressLimits: egressLimitsSpec
    .optional()
    .describe('How much of everything the egress proxy serves.'),
  parentProxy: parentProxy
    .optional()
    .describe('The proxy that connections to hosts and providers go through.'),
  resources: z
    .strictObject({
      requests: openObject().optional().describe('CPU and memory that are reserved.'),
      limits: openObject().optional().describe('Most CPU and memory.'),
    })
    .optional()
    .describe('CPU and memory of the agent container.'),
  suspended: z.boolean().optional().describe('Keeps every object and runs no pod.'),
  workload: workload
    .optional()
    .describe('Whether the agent runs all the time, once, or by a schedule.'),
  secrets: secrets.optional().describe('Keys of Secrets that the agent gets.'),
  workspace: workspace.optional().describe('What the agent has below /sandbox.'),
  probes: probes.optional().describe('How the kubelet finds out how the agent is.'),
  lifecycle: lifecycle.optional().describe('What runs beside the agent at its start and end.'),
  proxyEnv: z
    .boolean()
    .optional()
    .describe('Whether the proxy variables of the agent are set, true when absent.'),
  extraCa: extraCa.optional().describe('Certificate authorities that the agent trusts.'),
  pullSecrets: pullSecrets.optional().describe('What the kubelet pulls images with.'),
  scheduling: scheduling.optional().describe('Which nodes the pod may run on.'),
  inbound: inbound.optional().describe('Who may connect to the agent.'),
  state: z
    .strictObject({
      mode: z.enum(['Persistent', 'Ephemeral']).describe('Whether the state outlives the pod.'),
      size: volumeSize().optional().describe('Size of the volume, 1Gi when absent.'),
      storageClassName: objectName().optional().describe('Storage class of the volume.'),
      accessMode: accessMode()
        .optional()
        .describe(
          'Access mode of the volume; absent means ReadWriteOncePod. ReadWriteOnce is for drivers that lack it: then only the lock of each sidecar keeps a second pod of the node out.',
        ),
      auditRetentionDays: z
        .int()
        .min(1)
        .max(3650)
        .optional()
        .describe(
          'Days that audit records are kept at least, 90 when absent; parts of a log that are older are removed.',
        ),
    })
    .optional()
    .describe('Where the sidecars keep budgets and audit logs.'),
});

/** Spec of a KarsSandbox as a manifest carries it. */
export const karsSandboxSpec = withRules(shape, [
  {
    cel: "self.runtime.kind != 'BYO' || !has(self.agent)",
    message:
      'spec.agent (Foundry agent) is incompatible with spec.runtime.kind=BYO; BYO runtimes own their own inference + agent loop',
    reason: 'FieldValueInvalid',
    holds: (self) => self.runtime.kind !== 'BYO' || !has(self.agent),
  },
  {
    cel: "!has(self.governance) || !has(self.governance.toolPolicyRef) || !has(self.governance.toolPolicyRef.name) || (!self.governance.toolPolicyRef.name.contains('/') && !self.governance.toolPolicyRef.name.contains(':'))",
    message:
      "spec.governance.toolPolicyRef.name must be a same-namespace name (no '/' or ':' separators); cross-namespace refs are forbidden",
    reason: 'FieldValueInvalid',
    holds: ({ governance: rules }) => !/[/:]/.test(rules?.toolPolicyRef?.name ?? ''),
  },
  ...probePortRules,
]);

/** Spec of a KarsSandbox as a manifest carries it. */
export type KarsSandboxSpec = z.input<typeof karsSandboxSpec>;
