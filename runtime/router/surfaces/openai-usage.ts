import * as z from 'zod';
import type { TokenUsage } from '../../service/decision-recorder.ts';
import { isRecord } from './reach.ts';
import { reportedTokens } from './request-parts.ts';

const reported = z.looseObject({
  usage: z.looseObject({
    prompt_tokens: reportedTokens,
    completion_tokens: reportedTokens,
    total_tokens: reportedTokens.nullish(),
  }),
});

/** The tokens that a completion or a chunk of one reports, if it does. */
export function openAiUsage(value: unknown): TokenUsage | undefined {
  // Nearly every chunk of a stream is without one.
  if (!isRecord(value) || !isRecord(value['usage'])) return undefined;
  const parsed = reported.safeParse(value);
  if (!parsed.success) return undefined;
  const {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: total,
  } = parsed.data.usage;
  return { input, output: outputOf(input, output, total) };
}

/** Some providers leave what a model has thought out of its output, and have it in the total alone. */
export const outputOf = (input: number, output: number, total: number | null | undefined): number =>
  Math.max(output, (total ?? 0) - input);
