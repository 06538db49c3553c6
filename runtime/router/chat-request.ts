import { z } from 'zod';

/** Names come back in denials and records. */
const name = z.string().min(1).max(256);

const tool = z.looseObject({
  type: name,
  function: z.looseObject({ name }).optional(),
  custom: z.looseObject({ name }).optional(),
});

/** More than any model gives; sums of it stay numbers that every reader of JSON takes. */
export const MOST_TOKENS = 2 ** 31 - 1;

const tokens = z.int().min(1).max(MOST_TOKENS).nullish();

/**
 * The parts of a chat completion request that decisions depend on; everything else passes as it came.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export const chatRequest = z.looseObject({
  model: name.optional(),
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  stream: z.boolean().nullish(),
  // What else it may say has a provider report in the middle of a stream, which is no end to settle by.
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  n: z.int().min(1).max(128).nullish(),
  tools: z.array(tool).max(1024).nullish(),
  functions: z.array(z.looseObject({ name })).max(1024).nullish(),
});

/** A chat completion request whose deciding parts have the right form. */
export type ChatRequest = z.output<typeof chatRequest>;
