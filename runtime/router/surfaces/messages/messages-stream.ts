import * as z from 'zod';
import type { TokenUsage } from '../../../service/decision-recorder.ts';
import { finishReasonsOf } from '../finish-reasons.ts';
import { readObject } from '../json-object.ts';
import { isRecord } from '../reach.ts';
import { reportedTokens } from '../request-parts.ts';
import type { Streaming, StreamStep } from '../surface.ts';
import { messageCallParts } from './messages-calls.ts';
import type { MessagesRequest } from './messages-request.ts';

const cached = reportedTokens.nullish();

/** What is read from the cache, or written to it, is not in the number of input tokens. */
const reported = z.looseObject({
  input_tokens: cached,
  cache_creation_input_tokens: cached,
  cache_read_input_tokens: cached,
  output_tokens: reportedTokens,
});

/** The tokens that a message reports, if it does. */
export function messagesUsage(message: unknown): TokenUsage | undefined {
  const { data } = z.looseObject({ usage: reported }).safeParse(message);
  const input = data && inputOf(data.usage);
  return data === undefined || input === undefined
    ? undefined
    : { input, output: data.usage.output_tokens };
}

function inputOf(usage: z.output<typeof reported>): number | undefined {
  const { input_tokens: plain, cache_creation_input_tokens: written } = usage;
  return typeof plain === 'number'
    ? plain + (written ?? 0) + (usage.cache_read_input_tokens ?? 0)
    : undefined;
}

/** The first event has the tokens of input, and of output what there was before anything was said. */
function startOf({ message }: Readonly<Record<string, unknown>>): StreamStep {
  const usage = messagesUsage(message);
  return usage === undefined ? {} : { usage: { input: usage.input } };
}

/** An event near the end has the tokens of output so far, which are all of them. */
function deltaOf(event: Readonly<Record<string, unknown>>): StreamStep {
  const { data } = z.looseObject({ usage: reported }).safeParse(event);
  const finishReasons = finishReasonsOf(event['delta']);
  if (data === undefined) return { finishReasons };
  const input = inputOf(data.usage);
  return {
    finishReasons,
    usage: { output: data.usage.output_tokens, ...(input === undefined ? {} : { input }) },
  };
}

/** Members of a change that are said by the model; a signature is not. */
const SAID = ['partial_json', 'text', 'thinking'];

const saysText = ({ delta }: Readonly<Record<string, unknown>>): boolean =>
  isRecord(delta) && SAID.some((name) => typeof delta[name] === 'string' && delta[name] !== '');

/**
 * A streamed message.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export const messagesStreaming: Streaming<MessagesRequest> = {
  ask: (request) => request,
  read: ({ event: name, data }) => {
    const event = readObject(data);
    if (typeof event?.['type'] !== 'string') return undefined;
    // Some clients go by the one, some by the other.
    if (name !== undefined && name !== event['type']) return undefined;
    const calls = messageCallParts(event);
    const step = stepOf(event);
    return calls.length === 0 ? step : { ...step, calls };
  },
};

function stepOf(event: Readonly<Record<string, unknown>>): StreamStep {
  switch (event['type']) {
    case 'message_start':
      return startOf(event);
    case 'message_delta':
      return deltaOf(event);
    case 'content_block_delta':
      return { hasText: saysText(event) };
    case 'message_stop':
      return { isEnd: true };
    default:
      return {};
  }
}
