import { z } from 'zod';
import { readObject } from '../json-object.ts';
import { openAiUsage } from '../openai-usage.ts';
import type { Streaming } from '../surface.ts';
import type { ChatRequest } from './chat-request.ts';

/** The end of a stream of OpenAI's completions. */
export const DONE = '[DONE]';

/** A streamed chat completion. */
export const chatStreaming: Streaming<ChatRequest> = {
  ask: (request) => ({
    ...request,
    stream_options: { ...request.stream_options, include_usage: true },
  }),
  read: ({ data }, { stream_options: options }) => {
    if (data === DONE) return { isEnd: true };
    const chunk = readObject(data);
    return (
      chunk && {
        usage: openAiUsage(chunk),
        hasText: hasText(chunk),
        isHidden: options?.include_usage !== true && isUsageOnly(chunk),
      }
    );
  },
};

const choice = z.looseObject({ delta: z.record(z.string(), z.unknown()) });
const delta = z.looseObject({ choices: z.array(choice) });

/** Whether a chunk carries something that the model has said, in whatever field. */
function hasText(chunk: Readonly<Record<string, unknown>>): boolean {
  const { data } = delta.safeParse(chunk);
  return (data?.choices ?? []).some(({ delta: said }) =>
    Object.entries(said).some(
      ([name, value]) => name !== 'role' && value !== null && value !== '' && !isEmptyList(value),
    ),
  );
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** The last event, which exists only because the router asks for usage. */
export const isUsageOnly = ({ usage, choices }: Readonly<Record<string, unknown>>): boolean =>
  usage !== undefined && usage !== null && Array.isArray(choices) && choices.length === 0;
