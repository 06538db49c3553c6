import * as z from 'zod';
import { deny, type Deny } from 'kars-constructs/contract';
import { reportedTokens } from '../../surfaces/request-parts.ts';
import { responsesUsage } from '../../surfaces/responses/responses-stream.ts';
import { invalid, RULE } from './invalid.ts';

const ended = z.looseObject({
  status: z.string().nullish(),
  error: z.unknown().optional(),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.unknown()).nullish(),
});

/** A response at an end by which there is an answer. */
export interface EndedResponse {
  readonly output: readonly unknown[];
  /** What cut it; undefined for one that is whole. */
  readonly cut: string | undefined;
}

/**
 * A response at its end, or why it is no answer.
 *
 * @param otherwise its status where it names none
 */
export function endedResponse(
  value: unknown,
  otherwise: 'completed' | 'incomplete',
): EndedResponse | Deny {
  const { data } = ended.safeParse(value);
  if (data === undefined) return invalid('another form than responses have');
  const { status, incomplete_details: details } = data;
  const output = data.output ?? [];
  switch (status ?? otherwise) {
    case 'completed':
      return { output, cut: undefined };
    case 'incomplete':
      return { output, cut: details?.reason ?? 'unknown' };
    case 'failed':
      return failed(data.error);
    default:
      return invalid(`the status ${JSON.stringify(status?.slice(0, LONGEST))}`);
  }
}

/** Why a model stopped. What is cut is never said to be whole, whatever cut it. */
export function finishReason({ cut }: EndedResponse, callsTools: boolean): string {
  if (cut !== undefined) return cut === 'content_filter' ? 'content_filter' : 'length';
  return callsTools ? 'tool_calls' : 'stop';
}

/** Of what a provider says in an error, for the audit log. */
const LONGEST = 512;

/** A response that has failed, and what the provider says of it. */
export function failed(error: unknown): Deny {
  const { data } = z.looseObject({ message: z.string() }).safeParse(error);
  const why = data === undefined ? '' : `: ${data.message.slice(0, LONGEST)}`;
  return deny('KARS_UPSTREAM_INTERRUPTED', RULE, `the provider failed at the response${why}`);
}

const start = z.looseObject({
  id: z.string().catch(''),
  model: z.string().catch(''),
  created_at: z.number().catch(0),
  service_tier: z.string().optional().catch(undefined),
});

/** What an answer is called, and who gives it. */
export function startOf(response: unknown): object {
  const { data } = start.safeParse(response ?? {});
  const { id = '', model = '', created_at: created = 0, service_tier: tier } = data ?? {};
  return {
    id,
    created: Math.floor(created),
    model,
    ...(tier === undefined ? {} : { service_tier: tier }),
  };
}

const details = z.looseObject({
  usage: z.looseObject({
    input_tokens_details: z.looseObject({ cached_tokens: reportedTokens.nullish() }).nullish(),
    output_tokens_details: z.looseObject({ reasoning_tokens: reportedTokens.nullish() }).nullish(),
  }),
});

/** The usage of a response as chat completions report it; undefined where it reports none. */
export function chatUsage(response: unknown): object | undefined {
  const usage = responsesUsage(response);
  if (usage === undefined) return undefined;
  const { input_tokens_details: input, output_tokens_details: output } =
    details.safeParse(response).data?.usage ?? {};
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: input?.cached_tokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: output?.reasoning_tokens ?? 0 },
  };
}
