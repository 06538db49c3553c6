import { retryAfterOf } from '../../service/retry-after.ts';
import type { UpstreamAnswer, UpstreamFault } from '../upstream.ts';

/**
 * Statuses by which a provider refuses a call that another attempt may serve: too many requests, no capacity.
 * 529 is that of Anthropic for an overload. A provider that answers 500, 502 or 504 may have worked; any
 * other status is a decision, which another target must not evade.
 *
 * @see https://docs.claude.com/en/api/errors
 */
const PASSING: ReadonlySet<number> = new Set([429, 503, 529]);

/** Statuses that a provider answers before a model works: others may carry, or hide, what one has said. */
const BEFORE_WORK: ReadonlySet<number> = new Set([...PASSING, 401, 403, 404, 413, 422]);

/** Whether a status says that no model has worked. */
export const isBeforeWork = (status: number): boolean => BEFORE_WORK.has(status);

/** Faults before a request was sent that are those of one target. Others are decisions too. */
const OF_TARGET: ReadonlySet<string> = new Set([
  'KARS_CREDENTIAL_MISSING',
  'KARS_CREDENTIAL_UNAVAILABLE',
  'KARS_PARENT_PROXY_FAILED',
  'KARS_UPSTREAM_UNREACHABLE',
]);

/** Why another attempt is safe, since no model has worked. */
export interface Refusal {
  readonly outcome: string;
  /** Milliseconds, where the provider says so. */
  readonly retryAfter: number | undefined;
}

/** The refusal in what came of an attempt; undefined where it is an answer, or may be. */
export function refusalIn(result: UpstreamAnswer | UpstreamFault): Refusal | undefined {
  if ('denial' in result) {
    const { isSent, denial } = result;
    if (isSent || !OF_TARGET.has(denial.code)) return undefined;
    return { outcome: denial.reason, retryAfter: undefined };
  }
  const { status, headers } = result;
  if (!PASSING.has(status)) return undefined;
  const outcome = `the provider answered with status ${status}`;
  return { outcome, retryAfter: retryAfterOf(headers) };
}

/**
 * Statuses of a target that does not serve. Others tell of the request, 501 too: a client that chooses what it
 * asks for would choose the target with it.
 */
const NOT_SERVING: ReadonlySet<number> = new Set([...PASSING, 500, 502, 504]);

/** Whether what came of an attempt says that its target does not serve: also where a model may have worked. */
export const isFailure = (result: UpstreamAnswer | UpstreamFault): boolean =>
  'denial' in result || NOT_SERVING.has(result.status);
