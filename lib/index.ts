export { A2AAgent } from './agent/a2a-agent.ts';
export type { A2AAgentProps, AgentSigningKey } from './agent/a2a-agent.ts';
export { AgentProbe } from './agent/agent-probe.ts';
export type { AgentProbeOptions, TcpProbeOptions } from './agent/agent-probe.ts';
export { AgentRuntime } from './agent/agent-runtime.ts';
export type { AgentHooks, AgentProbes, ContainerAgentProps } from './agent/agent-runtime.ts';
export { KarsEval } from './agent/kars-eval.ts';
export type { EvalCorpus, KarsEvalProps } from './agent/kars-eval.ts';
export { KarsMemory } from './agent/kars-memory.ts';
export type { KarsMemoryProps } from './agent/kars-memory.ts';
export { McpServer } from './agent/mcp-server.ts';
export type { McpServerProps } from './agent/mcp-server.ts';
export type { AdmissionProps } from './platform/admission/admission-props.ts';
export type {
  ContentCategory,
  ContentStreaming,
  Severity,
} from './contract/kinds/content-safety.ts';
export type { IsolationLevel } from './platform/admission/floors.ts';
export { Subject } from './platform/admission/subject.ts';
export type { RbacSubject } from './platform/admission/subject.ts';
export { ClusterNetwork } from './platform/cluster-network.ts';
export type { ClusterNetworkProps, DnsServer, PodsOf } from './platform/cluster-network.ts';
export type { TraceCollector } from './platform/trace-collector.ts';
export { KarsImages } from './platform/images.ts';
export type { ImageName, KarsImagesFileProps, KarsImagesProps } from './platform/images.ts';
export { KarsPlatform } from './platform/kars-platform.ts';
export type {
  ConfidentialRuntimeProps,
  RuntimeToleration,
} from './platform/confidential-runtime.ts';
export type { KarsPlatformProps } from './platform/kars-platform.ts';
export { AllowlistSigners } from './policy/allowlist-signers.ts';
export type { AllowlistSignersOptions, SigningIdentity } from './policy/allowlist-signers.ts';
export { EgressApproval } from './policy/egress-approval.ts';
export type { EgressApprovalProps } from './policy/egress-approval.ts';
export { InferencePolicy } from './policy/inference-policy.ts';
export type {
  CallLimits,
  ContentSafetyProps,
  InferencePolicyProps,
  TokenBudget,
} from './policy/inference-policy.ts';
export type { ProviderAct } from './contract/provider-acts.ts';
export { AzureIdentity } from './policy/azure-identity.ts';
export { ModelProvider } from './policy/model-provider.ts';
export type {
  AzureOpenAiProps,
  FoundryProps,
  GitHubModelsProps,
  ModelProviderProps,
  OpenAiCompatibleProps,
} from './policy/model-provider.ts';
export type { ModelFallback, PolicyModel } from './policy/models.ts';
export { ParentProxy } from './policy/parent-proxy.ts';
export type { ParentProxyOptions } from './policy/parent-proxy.ts';
export { ToolPolicy } from './policy/tool-policy.ts';
export type { PolicyProfile } from './contract/kinds/policy-profile.ts';
export type { ToolPolicyProps, ToolRateLimit } from './policy/tool-policy.ts';
export { TrustGraph, trustEdgePayload } from './policy/trust-graph.ts';
export type { TrustEdge, TrustGraphProps, TrustVertex } from './policy/trust-graph.ts';
export type { CustomResourceProps, Reference } from './private/custom-resource.ts';
export { AgentResources } from './sandbox/agent-resources.ts';
export type { AgentResourcesProps } from './sandbox/agent-resources.ts';
export type { SignedEgress } from './sandbox/signed-egress.ts';
export { SandboxApprovals } from './sandbox/approvals.ts';
export { EgressLearning } from './sandbox/learning.ts';
export type { EgressLearningOptions } from './sandbox/learning.ts';
export type { SandboxApprovalsOptions } from './sandbox/approvals.ts';
export { Egress } from './sandbox/egress.ts';
export type { EgressLimits } from './sandbox/egress-limits.ts';
export { Inbound } from './sandbox/inbound.ts';
export type { InboundProps } from './sandbox/inbound.ts';
export { KarsSandbox } from './sandbox/kars-sandbox.ts';
export type { CertificateBundle, KarsSandboxProps } from './sandbox/sandbox-props.ts';
export { NodeRequirement, Toleration } from './sandbox/scheduling.ts';
export type { SandboxScheduling, TolerationProps } from './sandbox/scheduling.ts';
export { SandboxSecret } from './sandbox/secrets.ts';
export { SandboxState } from './sandbox/state.ts';
export type { PersistentStateProps } from './sandbox/state.ts';
export { SandboxWorkload } from './sandbox/workload.ts';
export type { CronWorkloadProps, JobWorkloadProps } from './sandbox/workload.ts';
export { SandboxWorkspace } from './sandbox/workspace.ts';
export type { EphemeralWorkspaceProps, PersistentWorkspaceProps } from './sandbox/workspace.ts';
