import * as z from 'zod';
import { answers, name, streamOptions, tokenLimit } from '../request-parts.ts';

const tool = z.looseObject({
  type: name,
  function: z.looseObject({ name }).optional(),
  custom: z.looseObject({ name }).optional(),
});

/**
 * The parts of a chat completion request that decisions depend on; everything else passes as it came.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export const chatRequest = z.looseObject({
  model: name.optional(),
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  n: answers,
  tools: z.array(tool).max(1024).nullish(),
  functions: z.array(z.looseObject({ name })).max(1024).nullish(),
});

/** A chat completion request whose deciding parts have the right form. */
export type ChatRequest = z.output<typeof chatRequest>;
