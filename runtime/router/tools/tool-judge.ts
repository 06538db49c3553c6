import { deny, type Deny, type ToolPolicyPayload } from 'kars-constructs/contract';
import type { DecidedCall, DecisionRecorder } from '../../service/decision-recorder.ts';
import { ruleOf, type CallPolicies, type InForce } from '../call-policies.ts';
import type { Governance } from '../governance.ts';
import { limits } from '../limits.ts';
import type { Reach } from '../surfaces/reach.ts';
import type { OfferedTool, ToolCall } from '../surfaces/surface.ts';

/** The policy of tools that is in force, if one is. */
type ToolsInForce = InForce<ToolPolicyPayload> | undefined;

/** Refuses a request for the first tool that it may not offer. */
export function refuseOffered(
  offered: readonly OfferedTool[],
  policy: ToolsInForce,
  reach: Reach,
): Deny | undefined {
  const isAct = ({ name, act, type }: OfferedTool): boolean =>
    name === undefined && act !== undefined && reach.refuse(act, type) === undefined;
  const refused = offered.find((tool) => !isAct(tool) && !isAllowed(tool, policy));
  if (refused === undefined) return undefined;
  const reason =
    refused.name === undefined
      ? `got a tool of type ${quoted(refused.type)}, which the provider would run`
      : `got the tool ${quoted(refused.name)}, ${allowedBy(policy)}`;
  return deny('KARS_TOOL_NOT_ALLOWED', ruleIn(policy), reason);
}

/**
 * Refuses a call in an answer. The policy decides and not what the request has offered, which is the agent's own
 * choice; but a model may call what nobody has offered, and so may a provider in its name.
 */
export function refuseCall(
  call: ToolCall,
  { tools: policy, inference }: CallPolicies,
): Deny | undefined {
  const { name, act } = call;
  const acts = inference?.payload.providerReach ?? [];
  if (name === undefined ? act !== undefined && acts.includes(act) : isAllowed(call, policy)) {
    return undefined;
  }
  const reason =
    call.name === undefined
      ? `the answer has a call of type ${quoted(call.type)}, which the provider runs`
      : `the model calls the tool ${quoted(call.name)}, ${allowedBy(policy)}`;
  return deny('KARS_TOOL_CALL_NOT_ALLOWED', ruleIn(policy), reason);
}

/** Judges the calls of one answer. */
export type ToolJudge = (call: ToolCall) => Promise<Deny | undefined>;

/** What a judge is made from. */
export interface ToolJudgeOptions {
  readonly recorder: DecisionRecorder;
  readonly governance: Governance;
  readonly decided: DecidedCall;
  readonly policies: CallPolicies;
}

/** A judge by the list of the policy, then by its engine. Its denials are recorded before they take effect. */
export const toolJudge =
  ({ recorder, governance, decided, policies }: ToolJudgeOptions): ToolJudge =>
  async (call) => {
    const decision = refuseCall(call, policies) ?? (await governance.refuseCall(call, policies));
    if (decision === undefined) return undefined;
    const { set, surface, trace } = decided;
    const target = call.name ?? call.type;
    const ofCall = trace === undefined ? {} : { trace };
    const record = { set, surface: `${surface}-tool-call`, target, decision, ...ofCall };
    return (await recorder.decidedOrDeny(record)) ?? decision;
  };

/** Refuses a whole answer for the first of its calls that the policy does not allow. */
export async function refuseCalls(
  calls: readonly ToolCall[],
  judge: ToolJudge,
): Promise<Deny | undefined> {
  if (calls.length > limits.toolCalls) return TOO_MANY_CALLS;
  for (const call of calls) {
    const denial = await judge(call);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

const isAllowed = ({ name }: OfferedTool, policy: ToolsInForce): boolean => {
  const allowed = policy?.payload.allowedTools ?? [];
  return name !== undefined && (allowed.includes('*') || allowed.includes(name));
};

const ruleIn = (policy: ToolsInForce): string =>
  policy === undefined ? 'no ToolPolicy' : ruleOf(policy, 'allowedTools');

const allowedBy = (policy: ToolsInForce): string =>
  `allowed are: ${policy?.payload.allowedTools.join(', ') || 'none'}`;

/** More than a tool has; what an answer has more is in no message. */
const LONGEST_NAME = 256;

const quoted = (name: string): string => JSON.stringify(name.slice(0, LONGEST_NAME));

/** What an answer is refused for that calls more tools than any agent runs at once. */
export const TOO_MANY_CALLS = deny(
  'KARS_TOOL_CALL_NOT_ALLOWED',
  'inference router',
  `the provider sent more than ${limits.toolCalls} calls of tools`,
);
