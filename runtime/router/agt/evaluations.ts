import type { Deny } from 'kars-constructs/contract';
import { deny, nameOfModel } from 'kars-constructs/contract';
import type { Snapshot } from '../../policy/snapshot.ts';
import type { Verdict } from '../../governance/provider.ts';
import type { DecisionRecorder } from '../../service/decision-recorder.ts';
import { noPolicy, policiesOf, ruleOf, type CallPolicies } from '../call-policies.ts';
import type { Governance } from '../governance.ts';
import { isRecord } from '../surfaces/reach.ts';

/** An answer in the shape of kars v0.1.x. */
export interface Evaluation {
  readonly allowed: boolean;
  readonly action: 'allow' | 'deny' | 'requires_approval';
  readonly decision: 'allow' | 'deny' | 'requires_approval';
  readonly matched_rule: string;
  readonly reason: string;
  readonly rate_limited: boolean;
}

/** What evaluations need. */
export interface EvaluationsOptions {
  readonly snapshot: () => Snapshot | undefined;
  readonly recorder: DecisionRecorder;
  readonly governance: Governance;
}

/** What a request is about that names no action, as in kars v0.1.x. */
const UNKNOWN = 'unknown';

/**
 * Says what the policy would decide, for agents that ask before they act. Nothing is counted by a bound, since
 * nothing has been done. What would not be allowed is recorded as denials are, equal ones as a number; what would
 * be is not, since it is recorded when it is done: an agent that asks all day fills no log.
 */
export class Evaluations {
  readonly #options: EvaluationsOptions;
  readonly #counts = { allow: 0, deny: 0, requires_approval: 0, rate_limited: 0 };

  constructor(options: EvaluationsOptions) {
    this.#options = options;
  }

  /** How often each was said. */
  get counts(): Readonly<Record<Verdict['kind'], number>> {
    return { ...this.#counts };
  }

  /** Whom an agent says it is changes nothing: it is the agent of this sandbox. */
  async evaluate(body: unknown): Promise<Evaluation> {
    const given = isRecord(body) ? body['action'] : undefined;
    const action = typeof given === 'string' ? given : UNKNOWN;
    const { snapshot, recorder } = this.#options;
    const current = snapshot();
    const verdict = await this.#verdict(action, policiesOf(current));
    this.#counts[verdict.kind] += 1;
    if (verdict.kind === 'allow') return evaluationOf(verdict, 'the policy allows the action');
    const decision = deny(CODES[verdict.kind], verdict.rule, verdict.reason);
    const call = { set: current?.setDigest, surface: 'agt-evaluate', target: action, decision };
    const unrecorded: Deny | undefined = await recorder.decidedOrDeny(call);
    return evaluationOf(verdict, unrecorded?.reason ?? verdict.reason);
  }

  #verdict(action: string, policies: CallPolicies): Verdict | Promise<Verdict> {
    const { inference } = policies;
    if (inference === undefined)
      return { kind: 'deny', rule: noPolicy.rule, reason: noPolicy.reason };
    const [verb, , ...model] = action.split(':');
    const asked = model.join(':');
    const isListed = inference.payload.models.some(
      (one) => nameOfModel(one) === asked || one.deployment === asked,
    );
    return verb?.toLowerCase() === 'inference' && !isListed
      ? {
          kind: 'deny',
          rule: ruleOf(inference, 'models'),
          reason: 'the policy does not list the model',
        }
      : this.#options.governance.ask(action, policies, true);
  }
}

const CODES = {
  deny: 'KARS_ACTION_NOT_ALLOWED',
  requires_approval: 'KARS_APPROVAL_NEEDED',
  rate_limited: 'KARS_TOOL_CALLS_EXCEEDED',
} as const;

function evaluationOf({ kind, rule }: Verdict, reason: string): Evaluation {
  const action = kind === 'rate_limited' ? 'deny' : kind;
  return {
    allowed: kind === 'allow',
    action,
    decision: action,
    matched_rule: rule,
    reason,
    rate_limited: kind === 'rate_limited',
  };
}
