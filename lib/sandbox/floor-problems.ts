import { contentCategories, severities } from '../contract/kinds/content-safety.ts';
import type { Problem } from '../contract/problem.ts';
import type { AdmissionProps } from '../platform/admission/admission-props.ts';
import { isolationLevels } from '../platform/admission/floors.ts';
import {
  acceptedParents,
  acceptedSigners,
  longestApproval,
  loosestLimits,
} from '../platform/admission/parameters.ts';
import { encodeSigners } from '../contract/kinds/signed-allowlist/signers.ts';
import { encodeParentProxy } from '../contract/parent-proxy.ts';
import { problem } from '../private/problems.ts';
import { exceededLimits } from './egress-limits.ts';
import type { SignedEgress } from './signed-egress.ts';
import { approvalCeiling } from './approvals.ts';
import type { AcceptedInferenceSpec, AcceptedSandboxSpec, SandboxInput } from './input.ts';

const below = (path: string, text: string): Problem => problem('KARS_BELOW_FLOOR', path, text);

/** What the API server would refuse of a sandbox, since its platform has a higher floor. */
export function floorProblems({
  sandbox,
  inferencePolicy,
  signedEgress,
  floor,
}: SandboxInput): Problem[] {
  if (floor === undefined) return [];
  return [
    ...isolationProblems(sandbox.spec, floor),
    ...registryProblems(sandbox.spec, floor),
    ...tokenProblems(inferencePolicy.spec, floor),
    ...contentProblems(inferencePolicy.spec, floor),
    ...identityProblems(inferencePolicy.spec, floor),
    ...reachProblems(inferencePolicy.spec, floor),
    ...learnProblems(sandbox.spec, floor),
    ...approvalProblems(sandbox.spec, floor),
    ...limitProblems(sandbox.spec, floor),
    ...parentProxyProblems(sandbox.spec, floor),
    ...signerProblems(signedEgress, floor),
  ];
}

function isolationProblems(
  { sandbox: { isolation } }: AcceptedSandboxSpec,
  { lowestIsolation = 'enhanced' }: AdmissionProps,
): Problem[] {
  return isolationLevels.indexOf(isolation) >= isolationLevels.indexOf(lowestIsolation)
    ? []
    : [
        below(
          'isolation',
          `got ${isolation}, and the platform asks for ${lowestIsolation} at least; raise it, or lower admission.lowestIsolation of KarsPlatform`,
        ),
      ];
}

function registryProblems(
  { runtime }: AcceptedSandboxSpec,
  { agentRegistries }: AdmissionProps,
): Problem[] {
  const image = runtime.byo?.image ?? '';
  return agentRegistries.some((registry) => image.startsWith(`${registry}/`))
    ? []
    : [
        below(
          'agent.image',
          `got "${image}", and the platform accepts images from ${agentRegistries.join(', ')}; push it there, or add its registry to admission.agentRegistries of KarsPlatform`,
        ),
      ];
}

function identityProblems(
  { providers = [] }: AcceptedInferenceSpec,
  { managedIdentity: isAllowed = false }: AdmissionProps,
): Problem[] {
  return providers
    .filter(({ managedIdentity }) => managedIdentity !== undefined && !isAllowed)
    .map(({ name }) =>
      below(
        'inferencePolicy.provider',
        `got ${name} with a managed identity of the nodes, and the platform keeps pods from the metadata service; use AzureIdentity.workload, or set admission.managedIdentity of KarsPlatform`,
      ),
    );
}

function reachProblems(
  { providerReach: asked = [] }: AcceptedInferenceSpec,
  { providerReach: allowed = [] }: AdmissionProps,
): Problem[] {
  const others = asked.filter((act) => !allowed.includes(act));
  if (others.length === 0) return [];
  return [
    below(
      'inferencePolicy.providerReach',
      `got ${others.join(', ')}, and the platform allows ${allowed.join(', ') || 'none'}; leave it out, or add it to admission.providerReach of KarsPlatform`,
    ),
  ];
}

function tokenProblems(
  { tokenBudget }: AcceptedInferenceSpec,
  { maxTokensPerRequest: most }: AdmissionProps,
): Problem[] {
  const asked = tokenBudget?.perRequestTokens ?? undefined;
  if (most === undefined || (asked !== undefined && asked <= most)) return [];
  return [
    below(
      'inferencePolicy.maxTokensPerRequest',
      `got ${asked ?? 'no limit'}, and the platform allows at most ${most}; lower it, or raise admission.maxTokensPerRequest of KarsPlatform`,
    ),
  ];
}

function learnProblems(
  { networkPolicy }: AcceptedSandboxSpec,
  { loosestEgressMode = 'Strict' }: AdmissionProps,
): Problem[] {
  if (networkPolicy?.learn === undefined || loosestEgressMode === 'Learn') return [];
  const text =
    'got a time in which every host is reached, and the platform allows none; leave it out, or set admission.loosestEgressMode of KarsPlatform to Learn';
  return [below('learning', text)];
}

function approvalProblems(spec: AcceptedSandboxSpec, floor: AdmissionProps): Problem[] {
  const [asked, most] = [approvalCeiling(spec), longestApproval(floor)];
  return asked <= most
    ? []
    : [
        below(
          'approvals',
          `got approvals of up to ${asked} seconds, and the platform allows ${most}; lower it, or raise admission.longestApproval of KarsPlatform`,
        ),
      ];
}

function limitProblems(
  { egressLimits = {} }: AcceptedSandboxSpec,
  floor: AdmissionProps,
): Problem[] {
  return exceededLimits(egressLimits, loosestLimits(floor)).map(({ name, got, allowed }) =>
    below(
      `egressLimits.${name}`,
      `got ${got}, and the platform allows ${allowed}; lower it, or raise admission.loosestEgressLimits of KarsPlatform`,
    ),
  );
}

function parentProxyProblems(
  { parentProxy }: AcceptedSandboxSpec,
  floor: AdmissionProps,
): Problem[] {
  if (parentProxy === undefined) return [];
  return acceptedParents(floor).includes(encodeParentProxy(parentProxy))
    ? []
    : [
        below(
          'parentProxy',
          `got ${parentProxy.url}, with its ranges none of those that the platform names; use one of admission.parentProxies of KarsPlatform`,
        ),
      ];
}

function signerProblems(signed: SignedEgress | undefined, floor: AdmissionProps): Problem[] {
  const accepted = acceptedSigners(floor);
  const signers = signed && encodeSigners(signed.signers.policy);
  if (accepted.length === 0 || (signers !== undefined && accepted.includes(signers))) return [];
  return [
    below(
      'signedEgress',
      `got ${signers === undefined ? 'a list that nobody signs' : 'other signers'}, and the platform names who signs; use one of admission.allowlistSigners of KarsPlatform`,
    ),
  ];
}

function contentProblems(
  { contentSafety }: AcceptedInferenceSpec,
  { contentSafety: floor = {} }: AdmissionProps,
): Problem[] {
  const path = 'inferencePolicy.contentSafety';
  const floors = contentCategories.filter((category) => floor[category] !== undefined);
  if (floors.length === 0) return [];
  const cure = 'or change admission.contentSafety of KarsPlatform';
  return [
    ...(contentSafety?.streaming === 'Audit'
      ? [
          below(
            `${path}.streaming`,
            `got Audit, by which everything passes; use Window or Buffer, ${cure}`,
          ),
        ]
      : []),
    ...floors.flatMap((category) => {
      const [asked, most] = [contentSafety?.[category], floor[category]];
      const rank = (one: string | null | undefined): number =>
        severities.findIndex((severity) => severity === one);
      if (rank(asked) !== -1 && rank(asked) <= rank(most)) return [];
      const got = `got ${asked ?? 'nothing'}, and the platform lets at most ${most ?? ''} pass`;
      return [below(`${path}.${category}`, `${got}; set that, ${cure}`)];
    }),
  ];
}
