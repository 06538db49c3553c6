import { choicesEnded } from './finish-reasons.ts';
import { readObject } from './json-object.ts';
import { openAiUsage } from './openai-usage.ts';
import type { ModelRequest, StreamStep, Streaming } from './surface.ts';

/** A request whose stream may report its usage. */
interface StreamRequest extends ModelRequest {
  readonly stream_options?:
    { readonly include_usage?: boolean | null | undefined } | null | undefined;
}

/**
 * Streams of OpenAI's completions, which end by a word of their own.
 *
 * @param said what a chunk has of what the model says
 */
export const openAiStreaming = <R extends StreamRequest>(
  said: (chunk: Readonly<Record<string, unknown>>) => StreamStep,
): Streaming<R> => ({
  ask: (request) => ({
    ...request,
    stream_options: { ...request.stream_options, include_usage: true },
  }),
  read: ({ data }, { stream_options: options }) => {
    if (data === '[DONE]') return { isEnd: true };
    const chunk = readObject(data);
    return (
      chunk && {
        ...said(chunk),
        usage: openAiUsage(chunk),
        finishReasons: choicesEnded(chunk),
        isHidden: options?.include_usage !== true && isUsageOnly(chunk),
      }
    );
  },
});

/** The last event, which exists only because the router asks for usage. */
const isUsageOnly = ({ usage, choices }: Readonly<Record<string, unknown>>): boolean =>
  usage !== undefined && usage !== null && Array.isArray(choices) && choices.length === 0;
