import type { OutputLimitField } from 'kars-constructs/contract';
import type { ChatRequest } from './chat-request.ts';

/** Output tokens that a request asks for; undefined when it names no limit, the lesser where it names two. */
export function askedOutput({
  max_tokens: older,
  max_completion_tokens: newer,
}: ChatRequest): number | undefined {
  const asked = Math.min(older ?? Infinity, newer ?? Infinity);
  return Number.isFinite(asked) ? asked : undefined;
}

/**
 * The request with its limit in the one field that the provider keeps to: the client does not choose, since
 * many servers ignore the other field in silence.
 */
export function withOutputLimit(
  body: ChatRequest,
  field: OutputLimitField,
  limit: number | undefined,
): ChatRequest {
  const bounded = { ...body };
  delete bounded.max_tokens;
  delete bounded.max_completion_tokens;
  return limit === undefined ? bounded : { ...bounded, [field]: limit };
}
