import { allow } from 'kars-constructs/contract';
import type { DecidedCall, DecisionRecorder } from '../../service/decision-recorder.ts';
import { ruleOf, type CallPolicies } from '../call-policies.ts';
import type { ContentOf } from '../surfaces/surface.ts';
import type { ContentJudge } from './content-gate.ts';
import { ContentVerdict } from './content-verdict.ts';

/** What a judge is made from. */
export interface ContentJudgeOptions {
  readonly recorder: DecisionRecorder;
  readonly decided: DecidedCall;
  readonly policies: CallPolicies;
  readonly contentOf: ContentOf | undefined;
}

/** A judge of the content of one call; undefined where everything passes. What it finds is recorded first. */
export function contentJudge({
  recorder,
  decided,
  policies: { inference },
  contentOf,
}: ContentJudgeOptions): ContentJudge | undefined {
  const safety = inference?.payload.contentSafety;
  if (inference === undefined || safety === undefined || contentOf === undefined) return undefined;
  const rule = ruleOf(inference, 'contentSafety');
  const { set, surface, target } = decided;
  const { streaming } = safety;
  return {
    contentOf,
    verdict: new ContentVerdict(safety, rule),
    streaming,
    found: async (denial) => {
      const { code, reason } = denial;
      const isAudit = streaming === 'Audit';
      const decision = isAudit ? allow(`${rule}, audit alone: ${code}, ${reason}`) : denial;
      const record = { set, surface: `${surface}-content`, target, decision };
      const unrecorded = await recorder.decidedOrDeny(record);
      return unrecorded ?? (isAudit ? undefined : denial);
    },
  };
}
