import * as z from 'zod';
import { name, tokenLimit } from '../request-parts.ts';

const item = z.looseObject({ type: name.nullish() });

/** One thing that the model is told: something said, a call of a tool, or its result. */
export type InputItem = z.output<typeof item>;

const tool = z.looseObject({
  type: name,
  name: name.optional(),
  environment: z.looseObject({ type: name }).nullish(),
});

/**
 * The parts of a request for a response that decisions depend on.
 *
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export const responsesRequest = z.looseObject({
  model: name.optional(),
  input: z.union([z.string(), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: tokenLimit,
  tools: z.array(tool).max(1024).nullish(),
});

/** A request for a response whose deciding parts have the right form. */
export type ResponsesRequest = z.output<typeof responsesRequest>;
