import * as z from 'zod';
import type { TokenUsage } from '../../../service/decision-recorder.ts';
import { finishReasonsOf } from '../finish-reasons.ts';
import { readObject } from '../json-object.ts';
import { outputOf } from '../openai-usage.ts';
import { reportedTokens } from '../request-parts.ts';
import type { Streaming } from '../surface.ts';
import { responsesCallParts } from './responses-calls.ts';
import type { ResponsesRequest } from './responses-request.ts';

const reported = z.looseObject({
  usage: z.looseObject({
    input_tokens: reportedTokens,
    output_tokens: reportedTokens,
    total_tokens: reportedTokens.nullish(),
  }),
});

/** The tokens that a response reports, if it does. */
export function responsesUsage(response: unknown): TokenUsage | undefined {
  const { data } = reported.safeParse(response);
  if (data === undefined) return undefined;
  const { input_tokens: input, output_tokens: output, total_tokens: total } = data.usage;
  return { input, output: outputOf(input, output, total) };
}

/** Each carries the response as it is at its end. */
const ENDS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.failed',
  'response.incomplete',
]);

/** Events with something that the model said. */
const SAID: ReadonlySet<unknown> = new Set([
  'response.custom_tool_call_input.delta',
  'response.function_call_arguments.delta',
  'response.output_text.delta',
  'response.reasoning_text.delta',
  'response.refusal.delta',
]);

/**
 * A streamed response.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const responsesStreaming: Streaming<ResponsesRequest> = {
  ask: (request) => request,
  read: ({ event: name, data }) => {
    const event = readObject(data);
    if (typeof event?.['type'] !== 'string') return undefined;
    // Some clients go by the one, some by the other.
    if (name !== undefined && name !== event['type']) return undefined;
    const { type, delta, response } = event;
    const parts = responsesCallParts(event);
    const calls = parts.length === 0 ? {} : { calls: parts };
    return ENDS.has(type)
      ? {
          ...calls,
          usage: responsesUsage(response),
          finishReasons: finishReasonsOf(response),
          isEnd: true,
        }
      : { ...calls, hasText: SAID.has(type) && delta !== '' };
  },
};
