import {
  deny,
  type EgressAllowlistPayload,
  type InferencePolicyPayload,
  type MemberKind,
  type Source,
  type ToolPolicyPayload,
} from 'kars-constructs/contract';
import type { Snapshot } from '../policy/snapshot.ts';
import type { BudgetInForce } from './budget/budget.ts';
import type { LimitsInForce } from './call-rates.ts';

/** A policy that is in force, and the resource that it stands in. */
export interface InForce<P> {
  readonly source: Source;
  readonly payload: P;
}

/** The policies that decide a model call. */
export interface CallPolicies {
  readonly inference: InForce<InferencePolicyPayload> | undefined;
  readonly tools: InForce<ToolPolicyPayload> | undefined;
  /** Where providers may connect to for the agent, if they may at all. */
  readonly egress?: InForce<EgressAllowlistPayload> | undefined;
}

/** The policies that judge a request, of which the one of models is there. */
export type PoliciesInForce = CallPolicies & {
  readonly inference: InForce<InferencePolicyPayload>;
};

/** What is answered without a policy. */
export const noPolicy = deny(
  'KARS_POLICY_UNAVAILABLE',
  'no document set',
  'no inference policy is in force',
);

/** The policies of a snapshot that decide model calls. */
export function policiesOf(snapshot: Snapshot | undefined): CallPolicies {
  const inForce = <K extends MemberKind>(kind: K) => {
    const payload = snapshot?.payload(kind);
    const source = snapshot?.source(kind);
    return payload === undefined || source === undefined ? undefined : { payload, source };
  };
  return {
    inference: inForce('inference-policy'),
    tools: inForce('tool-policy'),
    egress: inForce('egress-allowlist'),
  };
}

/** A field of a policy, as rules of decisions name it. */
export const ruleOf = ({ source }: InForce<unknown>, field: string): string =>
  `${source.kind} ${source.namespace}/${source.name} ${field}`;

/** How many calls there may be. */
export function limitsOf({ inference }: CallPolicies): LimitsInForce {
  if (inference === undefined) return { limits: undefined, rule: noPolicy.rule };
  return { limits: inference.payload.callLimits, rule: ruleOf(inference, 'callLimits') };
}

/** How many tokens calls may use. */
export function budgetOf({ inference }: CallPolicies): BudgetInForce {
  if (inference === undefined) return { budget: undefined, rule: noPolicy.rule };
  return { budget: inference.payload.budget, rule: ruleOf(inference, 'tokenBudget') };
}
