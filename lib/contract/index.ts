export { API_VERSION, GROUP, RELEASE, VERSION, annotations, labels } from './api.ts';
export { ed25519Signer } from './audit-anchor.ts';
export type { AuditAnchor, SigningProvider } from './audit-anchor.ts';
export {
  auditRecord,
  chain,
  chainAnchor,
  GENESIS,
  isAnchored,
  isDecision,
  recordHash,
} from './audit-record.ts';
export type { AuditEntry, AuditRecord, ChainedRecord } from './audit-record.ts';
export { attemptRecord } from './attempt-record.ts';
export type { AttemptRecord } from './attempt-record.ts';
export { canonicalJson, contentDigest, DIGEST, fileDigest } from './canonical.ts';
export type { Json } from './canonical.ts';
export { admissionCodes } from './codes/admission.ts';
export type { AdmissionCode } from './codes/admission.ts';
export { auditCodes } from './codes/audit.ts';
export { hardeningCodes } from './codes/hardening.ts';
export type { AuditCode } from './codes/audit.ts';
export { documentCodes } from './codes/document.ts';
export { synthCodes } from './codes/synth.ts';
export type { SynthCode } from './codes/synth.ts';
export { signedAllowlistCodes } from './codes/signed-allowlist.ts';
export type { SignedAllowlistCode } from './codes/signed-allowlist.ts';
export { stateCodes } from './codes/state.ts';
export type { StateCode } from './codes/state.ts';
export { runtimeCodes } from './codes/runtime.ts';
export type { RuntimeCodeName } from './codes/runtime.ts';
export { customResourceDefinition } from './crd.ts';
export { allow, deny } from './decision.ts';
export type { Allow, Decision, Deny } from './decision.ts';
export { documentSetPayload, encodeSet } from './document-set.ts';
export type { DocumentSetPayload } from './document-set.ts';
export { decode, encode, SCHEMA_VERSION } from './document.ts';
export type { Document, EncodedDocument, Source } from './document.ts';
export {
  egressLimitNames,
  egressLimits,
  limitOption,
  parseBytesOfTarget,
} from './egress-limits.ts';
export type { BytesOfTarget, EgressLimitName } from './egress-limits.ts';
export { decodeParentProxy, encodeParentProxy, inRanges, parentAuthority } from './parent-proxy.ts';
export type { ParentProxyPlace } from './parent-proxy.ts';
export { enforcement, isEnforcedInCluster } from './enforcement.ts';
export { waitsFor } from './waits-for.ts';
export type { Enforcement, Enforcer } from './enforcement.ts';
export { fieldsOf, formatPath } from './fields.ts';
export type { Field } from './fields.ts';
export { httpHeaders } from './http-headers.ts';
export type { HttpHeader } from './http-headers.ts';
export { launcherPrograms } from './hardening.ts';
export { IMAGE_LIST_VERSION, imageListSchema } from './image-list.ts';
export type { ImageList } from './image-list.ts';
export { a2aAgent } from './kinds/a2a-agent.ts';
export type { A2AAgentSpec } from './kinds/a2a-agent.ts';
export {
  approvalFile,
  clockAcceptance,
  CLOCK_FILE,
  decodeApproval,
  decodeClockAcceptance,
  encodeApproval,
  encodeClockAcceptance,
  isApprovalFile,
  runtimeSet,
} from './runtime-set.ts';
export { compileEgressApproval } from './kinds/egress-approval/compile.ts';
export { egressApproval } from './kinds/egress-approval/index.ts';
export type { EgressApprovalSpec } from './kinds/egress-approval/index.ts';
export { approvedSeconds } from './kinds/egress-approval/payload.ts';
export type { EgressApprovalPayload } from './kinds/egress-approval/payload.ts';
export { contains, formatRange, normalAddress, parseAddress, parseRange } from './ip.ts';
export type { IpAddress, IpFamily, IpRange } from './ip.ts';
export { kinds } from './kinds/index.ts';
export { compileInferencePolicy, inferencePolicy } from './kinds/inference-policy.ts';
export type { InferencePolicyPayload, InferencePolicySpec } from './kinds/inference-policy.ts';
export { contentCategories, severities } from './kinds/content-safety.ts';
export type { ContentCategory, ContentSafety, Severity } from './kinds/content-safety.ts';
export type { ProviderApi } from './kinds/model-provider.ts';
export { actsWithUrls, providerActNames, providerActs } from './provider-acts.ts';
export type { ProviderAct } from './provider-acts.ts';
export { azureClouds, azureTokenPlace } from './azure-cloud.ts';
export type { AzureTokenPlace } from './azure-cloud.ts';
export type { ManagedIdentity, WorkloadIdentity } from './kinds/provider-identity.ts';
export { nameOfModel } from './kinds/model-ref.ts';
export type { ModelApi } from './kinds/model-ref.ts';
export { servedSurfaces, targetApiOf } from './served-surfaces.ts';
export type { TargetApi } from './served-surfaces.ts';
export type { CallLimits, TokenBudget } from './kinds/inference-limits.ts';
export { karsEval } from './kinds/kars-eval.ts';
export type { KarsEvalSpec } from './kinds/kars-eval.ts';
export { karsMemory } from './kinds/kars-memory.ts';
export type { KarsMemorySpec } from './kinds/kars-memory.ts';
export { karsSandbox } from './kinds/kars-sandbox/index.ts';
export { CONFIDENTIAL_RUNTIME_CLASS } from './kinds/kars-sandbox/isolation.ts';
export type { KarsSandboxSpec } from './kinds/kars-sandbox/index.ts';
export { mcpServer } from './kinds/mcp-server.ts';
export type { McpServerSpec } from './kinds/mcp-server.ts';
export { statusRecord } from './status-record.ts';
export type {
  BudgetStatus,
  CircuitStatus,
  IdentityStatus,
  SidecarStatus,
  StatusRecord,
} from './status-record.ts';
export { trustGraph } from './kinds/trust-graph.ts';
export type { TrustGraphSpec } from './kinds/trust-graph.ts';
export { compileEgressAllowlist } from './kinds/kars-sandbox/egress-allowlist.ts';
export type { LearnPayload } from './kinds/kars-sandbox/egress-learn.ts';
export type { EgressAllowlistPayload } from './kinds/kars-sandbox/egress-allowlist.ts';
export { formatEntry, lastPort } from './kinds/kars-sandbox/egress-entry.ts';
export type { EgressEntry } from './kinds/kars-sandbox/egress-entry.ts';
export { ambiguity } from './kinds/kars-sandbox/egress-http.ts';
export type { EgressHttp } from './kinds/kars-sandbox/egress-http.ts';
export { protocolAt } from './kinds/kars-sandbox/egress-protocol.ts';
export type { EgressProtocol } from './kinds/kars-sandbox/egress-protocol.ts';
export { ALLOWLIST_V1_TYPE, decodeAllowlistV1 } from './kinds/signed-allowlist/artifact-v1.ts';
export { readAllowlistManifest } from './kinds/signed-allowlist/manifest.ts';
export {
  ALLOWLIST_ARTIFACT_TYPE,
  decodeAllowlistArtifact,
  encodeAllowlistArtifact,
  isApprovable,
  repositoryName,
} from './kinds/signed-allowlist/artifact.ts';
export type { AllowlistArtifact } from './kinds/signed-allowlist/artifact.ts';
export { egressList } from './kinds/kars-sandbox/network-policy.ts';
export { signedAllowlistPayload } from './kinds/signed-allowlist/payload.ts';
export type { SignedAllowlistPayload, SimpleSignature } from './kinds/signed-allowlist/payload.ts';
export { decodeSigners, encodeSigners, spkiOf } from './kinds/signed-allowlist/signers.ts';
export type { SignerPolicy } from './kinds/signed-allowlist/signers.ts';
export { policyProfile, secondsOf } from './kinds/policy-profile.ts';
export type { PolicyProfile, PolicyRule } from './kinds/policy-profile.ts';
export { compileToolPolicy, toolPolicy } from './kinds/tool-policy.ts';
export type { ToolPolicyPayload, ToolPolicySpec } from './kinds/tool-policy.ts';
export { cidrFault, neverNamed, specialPurpose } from './special-addresses.ts';
export { validateManifest } from './kind.ts';
export type { CustomResource, KindDefinition, PrinterColumn } from './kind.ts';
export {
  formatAuthority,
  hostFault,
  normalHost,
  parseAuthority,
  parseTarget,
  suffixOf,
} from './names.ts';
export type { Authority } from './names.ts';
export { decodeKind, payloadSchemas } from './payloads.ts';
export type { PayloadOf } from './payloads.ts';
export {
  admissionPolicyNames,
  NODE_NAMESPACE,
  PLATFORM_NAMESPACE,
  platformNamespaces,
} from './platform-names.ts';
export type { AdmissionPolicyName } from './platform-names.ts';
export { PLATFORM_PREFIX, podLabels, sandboxNamespace } from './sandbox-names.ts';
export { postureOf } from './posture/posture.ts';
export type { Posture, PromisePosture, PromiseState } from './posture/posture.ts';
export type { PostureInput } from './posture/posture-input.ts';
export type { PromiseId } from './posture/promises.ts';
export type { Reach } from './posture/reach.ts';
export type { Weakness } from './posture/weaknesses.ts';
export { failure, formatProblem, success } from './problem.ts';
export type { Problem, Result } from './problem.ts';
export {
  AUDIT_FILE,
  CREDENTIALS_DIR,
  IDENTITY_DIR,
  DOCUMENTS_DIR,
  LOCK_FILE,
  memberKinds,
  membersFor,
  projection,
  STATE_DIR,
} from './projection.ts';
export type { DocumentKind, MemberKind, ProjectionRow, Reader, WhenAbsent } from './projection.ts';
export {
  AGENT_HOST,
  AGENT_UID,
  commonOptions,
  egressProxyOptions,
  podArguments,
  processes,
  routerOptions,
  statusMeanings,
  statusPaths,
} from './process.ts';
export type { ProcessRow } from './process.ts';
