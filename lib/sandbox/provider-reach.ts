import type { Problem } from '../contract/problem.ts';
import { PROVIDER_REACH } from '../contract/process.ts';
import { actsWithUrls } from '../contract/provider-acts.ts';
import { problem } from '../private/problems.ts';
import type { AcceptedInferenceSpec, SandboxInput } from './input.ts';

/** The argument that lets the router have providers act; without it no document can have it do so. */
export const reachArguments = ({ providerReach = [] }: AcceptedInferenceSpec): string[] =>
  providerReach.length === 0
    ? []
    : [`${PROVIDER_REACH}${[...new Set(providerReach)].sort().join(',')}`];

/** URLs are decided by the allow-list, whose signature the router does not check. */
export function reachProblems({ inferencePolicy, signedEgress }: SandboxInput): Problem[] {
  const asked = (inferencePolicy.spec.providerReach ?? []).filter((act) =>
    actsWithUrls.includes(act),
  );
  if (signedEgress === undefined || asked.length === 0) return [];
  return [
    problem(
      'KARS_PROVIDER_REACH_UNSIGNED',
      'inferencePolicy.providerReach',
      `got ${asked.join(', ')} beside signedEgress, and the router takes no signed list; leave one of them out`,
    ),
  ];
}
