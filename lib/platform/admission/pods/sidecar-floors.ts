import { PARENT_PROXY, PARENT_PROXY_CREDENTIALS } from '../../../contract/parent-proxy.ts';
import {
  ALLOWLIST_REPOSITORY,
  ALLOWLIST_SIGNERS,
  APPROVAL_CEILING,
  CONTENT_FLOOR,
  contentFloor,
  LEARN_CEILING,
  PROVIDER_REACH,
  TOKEN_CEILING,
  TRACES,
} from '../../../contract/process.ts';
import type { ProviderAct } from '../../../contract/provider-acts.ts';
import type { Reader } from '../../../contract/projection.ts';
import { allOf, celList } from '../cel.ts';
import { traceArguments, type TraceCollector } from '../../trace-collector.ts';
import type { AdmissionParameters } from '../parameters.ts';
import { beginning } from './container-cel.ts';

/** CEL that holds when the signers are one of those of the platform; both arguments, or none where it names nobody. */
export function hasSigners(container: string, accepted: readonly string[]): string {
  const signers = beginning(container, [ALLOWLIST_SIGNERS]);
  const repositories = beginning(container, [ALLOWLIST_REPOSITORY]);
  return allOf(
    `${signers}.size() ${accepted.length > 0 ? '==' : '<='} 1`,
    `${signers}.size() == ${repositories}.size()`,
    ...(accepted.length > 0
      ? [
          `${signers}.all(argument, argument in ${celList(accepted.map((text) => `${ALLOWLIST_SIGNERS}${text}`))})`,
        ]
      : []),
  );
}

/** CEL that holds when a sidecar has none of the parent proxies, or one. */
export function hasParent(container: string, accepted: readonly string[]): string {
  if (accepted.length === 0) return 'true';
  const given = beginning(container, [PARENT_PROXY]);
  const credentials = beginning(container, [PARENT_PROXY_CREDENTIALS]);
  return allOf(
    `${given}.size() <= 1`,
    `${given}.all(argument, argument in ${celList(accepted.map((text) => `${PARENT_PROXY}${text}`))})`,
    `${credentials}.all(argument, argument == '${PARENT_PROXY_CREDENTIALS}')`,
  );
}

/** CEL that holds when providers may do no more than the platform says. */
export function hasReach(container: string, allowed: readonly ProviderAct[]): string {
  if (allowed.length === 0) return 'true';
  const given = beginning(container, [PROVIDER_REACH]);
  const acts = `argument.substring(${PROVIDER_REACH.length}).split(',')`;
  return allOf(
    `${given}.size() <= 1`,
    `${given}.all(argument, ${acts}.all(act, act in ${celList(allowed)}))`,
  );
}

/** CEL that holds when the router sends its spans to nobody, or to the collector of the platform. */
export function hasCollector(container: string, collector: TraceCollector | undefined): string {
  if (collector === undefined) return 'true';
  const given = beginning(container, [TRACES]);
  return allOf(
    `${given}.size() <= 1`,
    `${given}.all(argument, argument in ${celList(traceArguments(collector))})`,
  );
}

/** CEL that holds when the router has the floor of content of the platform, and no other. */
export function hasContentFloor(
  container: string,
  floor: AdmissionParameters['contentSafety'],
): string {
  const given = beginning(container, [CONTENT_FLOOR]);
  return `${given} == ${celList(contentFloor(floor))}`;
}

/** The argument of each sidecar that its documents may not go above. */
const CEILINGS: Readonly<Record<Reader, string>> = {
  router: TOKEN_CEILING,
  'egress-proxy': APPROVAL_CEILING,
};

/** The ceilings of the platform, and whether a sidecar without one has none at all. */
export interface Ceiling {
  readonly most: number | undefined;
  /** Without the argument the router bounds nothing, and the egress proxy takes no approval. */
  readonly isRequired: boolean;
}

/** CEL that holds for a sidecar whose ceiling is no higher than that of the platform. */
export function hasCeiling(
  container: string,
  reader: Reader,
  { most, isRequired }: Ceiling,
): string {
  const ceilings = `${container}.args.filter(argument, argument.startsWith('${CEILINGS[reader]}'))`;
  const isOne = `${ceilings}.size() ${isRequired ? '==' : '<='} 1`;
  return most === undefined
    ? isOne
    : `${isOne} && ${ceilings}.all(argument, int(argument.substring(${CEILINGS[reader].length})) <= ${most})`;
}

/**
 * CEL that holds when a proxy learns for no longer than this after its pod is made. The API server says
 * when that is, before any policy sees the pod.
 */
export function learnsNoLonger(container: string, seconds: number): string {
  const given = beginning(container, [LEARN_CEILING]);
  const until = `argument.substring(${LEARN_CEILING.length})`;
  return `${given}.all(argument, ${until}.matches('^[0-9TZ:.-]+$') && timestamp(${until}) <= timestamp(string(object.metadata.creationTimestamp)) + duration('${seconds}s'))`;
}
