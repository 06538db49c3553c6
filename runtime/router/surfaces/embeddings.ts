import * as z from 'zod';
import { FieldTable, openAiReaching } from './field-table.ts';
import { textBound } from './input-bound.ts';
import { openAiErrors } from './openai-error.ts';
import { isRecord } from './reach.ts';
import { name, reportedTokens, textOrTokens } from './request-parts.ts';
import type { Surface } from './surface.ts';

const request = z.looseObject({ model: name.optional(), input: textOrTokens });

/** A request for embeddings whose deciding parts have the right form. */
type EmbeddingsRequest = z.output<typeof request>;

const fields = new FieldTable({
  decided: ['input', 'model'],
  inert: ['dimensions', 'encoding_format', 'input_type', 'truncate', 'user'],
  reaching: openAiReaching,
});

const answer = z.looseObject({ usage: z.looseObject({ prompt_tokens: reportedTokens }) });

/**
 * Embeddings, of text or of tokens.
 *
 * @see https://platform.openai.com/docs/api-reference/embeddings
 */
export const embeddings: Surface<EmbeddingsRequest> = {
  name: 'embeddings',
  api: 'openai',
  path: '/embeddings',
  request,
  refuseReach: (asked, reach) => fields.refuse(asked, reach),
  forwarded: (asked) => fields.known(asked),
  output: undefined,
  inputBound: textBound,
  isAnswer: (value) => isRecord(value) && Array.isArray(value['data']),
  usageOf: (value) => {
    const { data } = answer.safeParse(value);
    return data && { input: data.usage.prompt_tokens, output: 0 };
  },
  streaming: undefined,
  errors: openAiErrors,
};
