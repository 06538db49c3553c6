export { API_VERSION, GROUP, VERSION, annotations, labels } from './api.ts';
export { auditRecord, chain, GENESIS, recordHash } from './audit-record.ts';
export type { AuditEntry, AuditRecord } from './audit-record.ts';
export { canonicalJson, fileDigest } from './canonical.ts';
export type { Json } from './canonical.ts';
export { documentCodes } from './codes/document.ts';
export { runtimeCodes } from './codes/runtime.ts';
export type { RuntimeCodeName } from './codes/runtime.ts';
export { customResourceDefinition } from './crd.ts';
export { allow, deny } from './decision.ts';
export type { Allow, Decision, Deny } from './decision.ts';
export { documentSetPayload, encodeSet } from './document-set.ts';
export type { DocumentSetPayload } from './document-set.ts';
export { decode, encode, SCHEMA_VERSION } from './document.ts';
export type { Document, EncodedDocument, Source } from './document.ts';
export { compileInferencePolicy, inferencePolicy } from './kinds/inference-policy.ts';
export type { InferencePolicyPayload } from './kinds/inference-policy.ts';
export { compileEgressAllowlist } from './kinds/kars-sandbox/egress-allowlist.ts';
export type { EgressAllowlistPayload } from './kinds/kars-sandbox/egress-allowlist.ts';
export type { ToolPolicyPayload } from './kinds/tool-policy.ts';
export { validateManifest } from './kind.ts';
export type { CustomResource, KindDefinition, PrinterColumn } from './kind.ts';
export { hostFault, normalHost, parseAuthority } from './names.ts';
export type { Authority } from './names.ts';
export { payloadSchemas } from './payloads.ts';
export type { PayloadOf } from './payloads.ts';
export { failure, formatProblem, success } from './problem.ts';
export type { Problem, Result } from './problem.ts';
export {
  AUDIT_FILE,
  CREDENTIALS_DIR,
  DOCUMENTS_DIR,
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
  statusPaths,
} from './process.ts';
export type { ProcessRow } from './process.ts';
