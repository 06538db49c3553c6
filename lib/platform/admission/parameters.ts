import type { ContentCategory, Severity } from '../../contract/kinds/content-safety.ts';
import { DEFAULT_CEILING, LONGEST_CEILING } from '../../contract/kinds/egress-approval/payload.ts';
import { encodeSigners } from '../../contract/kinds/signed-allowlist/signers.ts';
import type { EgressLimitsSpec } from '../../contract/kinds/kars-sandbox/egress-limits.ts';
import type { Problem } from '../../contract/problem.ts';
import { actsWithUrls, type ProviderAct } from '../../contract/provider-acts.ts';
import { problem } from '../../private/problems.ts';
import { limitProblems, limitsSpec } from '../../sandbox/egress-limits.ts';
import type { ClusterNetwork } from '../cluster-network.ts';
import type { ImageName, KarsImages } from '../images.ts';
import type { AdmissionProps } from './admission-props.ts';
import type { IsolationLevel } from './floors.ts';

/** A role of the platform. */
export type Role = 'deployers' | 'platformDeployers' | 'operators' | 'breakGlass';

/**
 * What the admission policies compare with; each has a copy of what it needs. The API server looks for
 * the parameter objects of a policy before it asks whether the request is any of its business: a
 * ConfigMap that got lost would stop every pod of the cluster.
 */
export interface AdmissionParameters {
  /** `user:` or `group:` and a name. */
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  /** Registries with an optional path. */
  readonly agentRegistries: readonly string[];
  /** Accepted names of a RuntimeClass. */
  readonly runtimeClasses: readonly string[];
  readonly lowestIsolation: IsolationLevel;
  readonly loosestEgressMode: 'Strict' | 'Learn';
  readonly contentSafety: Readonly<Partial<Record<ContentCategory, Severity>>>;
  readonly maxTokensPerRequest: number | undefined;
  /** In seconds. */
  readonly longestApproval: number;
  /** In seconds. */
  readonly longestLearning: number;
  readonly loosestEgressLimits: EgressLimitsSpec;
  /** Who may sign allow-lists, as arguments have it; none where a list need not be signed. */
  readonly allowlistSigners: readonly string[];
  /** Parent proxies, as arguments have them. */
  readonly parentProxies: readonly string[];
  /** Whether pods may reach the metadata service. */
  readonly managedIdentity: boolean;
  readonly providerReach: readonly ProviderAct[];
  readonly network: ClusterNetwork;
  /** Directory on the nodes with the seccomp profile. */
  readonly profileDirectory: string;
  /** Accepted images of this release and the one before, as containers name them. */
  readonly images: Readonly<Record<ImageName, readonly string[]>>;
}

/** Registry and path, with a port; no scheme, tag or digest. */
const REGISTRY = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** What the parameters are made from besides the props of admission. */
export interface PlatformFacts {
  readonly images: KarsImages;
  readonly confidentialRuntimeClass: string;
  readonly profileDirectory: string;
  readonly network: ClusterNetwork;
}

/** The parameters that props give. */
export function admissionParameters(
  props: AdmissionProps,
  { images: current, confidentialRuntimeClass, profileDirectory, network }: PlatformFacts,
): AdmissionParameters {
  const { deployers, platformDeployers = deployers, operators = [], breakGlass = [] } = props;
  const releases = [current, ...(props.previousImages === undefined ? [] : [props.previousImages])];
  const accepted = (name: ImageName): string[] => releases.map((images) => images.image(name));
  return {
    roles: {
      deployers: deployers.map(({ text }) => text),
      platformDeployers: platformDeployers.map(({ text }) => text),
      operators: operators.map(({ text }) => text),
      breakGlass: breakGlass.map(({ text }) => text),
    },
    agentRegistries: props.agentRegistries,
    runtimeClasses: props.runtimeClasses ?? [confidentialRuntimeClass],
    lowestIsolation: props.lowestIsolation ?? 'enhanced',
    loosestEgressMode: props.loosestEgressMode ?? 'Strict',
    contentSafety: props.contentSafety ?? {},
    maxTokensPerRequest: props.maxTokensPerRequest,
    longestApproval: longestApproval(props),
    longestLearning: longestLearning(props),
    loosestEgressLimits: loosestLimits(props),
    allowlistSigners: acceptedSigners(props),
    parentProxies: acceptedParents(props),
    managedIdentity: props.managedIdentity ?? false,
    providerReach: props.providerReach ?? [],
    network,
    profileDirectory,
    images: {
      guard: accepted('guard'),
      router: accepted('router'),
      'egress-proxy': accepted('egress-proxy'),
    },
  };
}

/** In seconds. */
export const longestApproval = ({ longestApproval: longest }: Partial<AdmissionProps>): number =>
  longest?.toSeconds() ?? DEFAULT_CEILING;

/** 31 days, in seconds. */
const LONGEST_LEARNING = 31 * 86_400;

/** A week. */
const DEFAULT_LEARNING = 7 * 86_400;

/** In seconds. */
const longestLearning = ({ longestLearning: longest }: Partial<AdmissionProps>): number =>
  longest?.toSeconds({ integral: false }) ?? DEFAULT_LEARNING;

/** As far as the limits of a sandbox may go; the standard where nothing is said. */
export const loosestLimits = ({
  loosestEgressLimits = {},
}: Partial<AdmissionProps> = {}): EgressLimitsSpec => limitsSpec(loosestEgressLimits);

/** As the argument of the egress proxy has them. */
export const acceptedSigners = ({ allowlistSigners = [] }: Partial<AdmissionProps>): string[] =>
  allowlistSigners.map(({ policy }) => encodeSigners(policy));

/** As the argument of a sidecar has them. */
export const acceptedParents = ({ parentProxies = [] }: Partial<AdmissionProps>): string[] =>
  parentProxies.map(({ argument }) => argument);

const missing = problem(
  'KARS_ADMISSION_MISSING',
  'admission',
  "got nothing, supply deployers and agentRegistries, or 'none'",
);

/** Everything that is refused about the parameters. */
export function parameterProblems(props: Partial<AdmissionProps> | undefined): Problem[] {
  if (props === undefined) return [missing];
  const { deployers = [], platformDeployers = deployers, operators = [], breakGlass = [] } = props;
  const given = { deployers, platformDeployers, operators, breakGlass };
  return [
    ...(['deployers', 'platformDeployers'] as const)
      .filter((role) => given[role].length === 0)
      .map((role) =>
        problem('KARS_ADMISSION_SUBJECT', `admission.${role}`, 'got nobody, supply who writes'),
      ),
    ...Object.entries(given).flatMap(([role, list]) =>
      list.flatMap((subject, index) => subject.validate(`admission.${role}[${index}]`)),
    ),
    ...registryProblems(props.agentRegistries ?? []),
    ...ceilingProblems(props.maxTokensPerRequest),
    ...approvalProblems(longestApproval(props)),
    ...learningProblems(longestLearning(props)),
    ...limitProblems(props.loosestEgressLimits ?? {}, 'admission.loosestEgressLimits'),
    ...(props.allowlistSigners ?? []).flatMap((signers, index) =>
      signers.validate(`admission.allowlistSigners[${index}]`),
    ),
    ...unsignedReach(props),
    ...(props.parentProxies ?? []).flatMap((parent, index) =>
      parent.validate(`admission.parentProxies[${index}]`),
    ),
    ...(props.previousImages?.validate() ?? []),
  ];
}

/** URLs are decided by the allow-list, whose signature the router does not check. */
function unsignedReach({
  allowlistSigners = [],
  providerReach = [],
}: Partial<AdmissionProps>): Problem[] {
  const asked = providerReach.filter((act) => actsWithUrls.includes(act));
  if (allowlistSigners.length === 0 || asked.length === 0) return [];
  return [
    problem(
      'KARS_PROVIDER_REACH_UNSIGNED',
      'admission.providerReach',
      `got ${asked.join(', ')} beside admission.allowlistSigners, and the router takes no signed list; leave one of them out`,
    ),
  ];
}

const ceilingProblems = (tokens: number | undefined): Problem[] =>
  tokens === undefined || (Number.isSafeInteger(tokens) && tokens > 0)
    ? []
    : [
        problem(
          'KARS_BUDGET_INVALID',
          'admission.maxTokensPerRequest',
          `got ${tokens}, supply a positive integer, or leave it out for no floor`,
        ),
      ];

const approvalProblems = (seconds: number): Problem[] =>
  Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= LONGEST_CEILING
    ? []
    : [
        problem(
          'KARS_APPROVAL_INVALID',
          'admission.longestApproval',
          `got ${seconds} seconds, supply a whole number of them up to ${LONGEST_CEILING}, which is a week`,
        ),
      ];

const learningProblems = (seconds: number): Problem[] =>
  Number.isSafeInteger(seconds) && seconds > 0 && seconds <= LONGEST_LEARNING
    ? []
    : [
        problem(
          'KARS_EGRESS_LEARN',
          'admission.longestLearning',
          `got ${seconds} seconds, supply a whole number of them up to ${LONGEST_LEARNING}, which is 31 days`,
        ),
      ];

function registryProblems(registries: readonly string[]): Problem[] {
  const at = 'admission.agentRegistries';
  if (registries.length === 0) {
    return [problem('KARS_ADMISSION_REGISTRY', at, 'got none, supply at least one registry')];
  }
  return registries
    .filter((registry) => !REGISTRY.test(registry))
    .map((registry) =>
      problem(
        'KARS_ADMISSION_REGISTRY',
        at,
        `got "${registry}", supply a host with an optional path, such as registry.example.com/agents`,
      ),
    );
}
