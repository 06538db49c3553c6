import * as z from 'zod';
import { openAiUsage } from '../../surfaces/openai-usage.ts';
import { reportedTokens } from '../../surfaces/request-parts.ts';

const details = z.looseObject({
  usage: z.looseObject({
    prompt_tokens_details: z.looseObject({ cached_tokens: reportedTokens.nullish() }).nullish(),
  }),
});

/** The usage of a completion as messages report it; undefined where it reports none. */
export function messageUsage(value: unknown): object | undefined {
  const usage = openAiUsage(value);
  if (usage === undefined) return undefined;
  const { data } = details.safeParse(value);
  const cached = Math.min(data?.usage.prompt_tokens_details?.cached_tokens ?? 0, usage.input);
  return {
    input_tokens: usage.input - cached,
    cache_read_input_tokens: cached,
    output_tokens: usage.output,
  };
}

/** Of a completion that reports none. */
export const NO_USAGE = { input_tokens: 0, output_tokens: 0 };
