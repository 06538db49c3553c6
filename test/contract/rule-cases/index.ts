import { a2aAgentCases } from './a2a-agent.ts';
import { egressApprovalCases } from './egress-approval.ts';
import { inferencePolicyCases } from './inference-policy.ts';
import { karsEvalCases } from './kars-eval.ts';
import { karsMemoryCases } from './kars-memory.ts';
import { karsSandboxCases } from './kars-sandbox.ts';
import { mcpServerCases } from './mcp-server.ts';
import type { RuleCase } from './rule-case.ts';
import { sandboxIsolationCases } from './sandbox-isolation.ts';
import { sandboxWorkCases } from './sandbox-work.ts';
import { toolPolicyCases } from './tool-policy.ts';
import { trustGraphCases } from './trust-graph.ts';

/** Cases for the rules of every kind; the API server answers them as the validator does. */
export const ruleCases: readonly RuleCase[] = [
  ...karsSandboxCases,
  ...sandboxIsolationCases,
  ...sandboxWorkCases,
  ...inferencePolicyCases,
  ...toolPolicyCases,
  ...egressApprovalCases,
  ...trustGraphCases,
  ...a2aAgentCases,
  ...mcpServerCases,
  ...karsMemoryCases,
  ...karsEvalCases,
];

/** Rules that no manifest gets as far as: the schema of the list refuses nine entries, and then no rule runs. */
export const unreachableRules: ReadonlySet<string> = new Set([
  'spec.governance.mcpServerRefs may not exceed 8 entries',
]);
