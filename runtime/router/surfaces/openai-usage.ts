import * as z from 'zod';
import type { TokenUsage } from '../../service/decision-recorder.ts';
import { reportedTokens } from './request-parts.ts';

const reported = z.looseObject({
  usage: z.looseObject({
    prompt_tokens: reportedTokens,
    completion_tokens: reportedTokens,
  }),
});

/** The tokens that a completion or a chunk of one reports, if it does. */
export function openAiUsage(value: unknown): TokenUsage | undefined {
  const parsed = reported.safeParse(value);
  return parsed.success
    ? { input: parsed.data.usage.prompt_tokens, output: parsed.data.usage.completion_tokens }
    : undefined;
}
