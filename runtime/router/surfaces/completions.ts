import { contentOfCompletion } from './content-filters.ts';
import * as z from 'zod';
import { FieldTable, openAiReaching, samplingFields } from './field-table.ts';
import { textBound } from './input-bound.ts';
import { openAiErrors } from './openai-error.ts';
import { openAiStreaming } from './openai-stream.ts';
import { openAiUsage } from './openai-usage.ts';
import { outputIn } from './output-field.ts';
import { isRecord } from './reach.ts';
import { answers, name, streamOptions, textOrTokens, tokenLimit } from './request-parts.ts';
import { refuseReferencesIn } from './schema-reference.ts';
import type { Surface } from './surface.ts';

const request = z.looseObject({
  model: name.optional(),
  prompt: textOrTokens,
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  max_tokens: tokenLimit,
  n: answers,
  best_of: answers,
});

/** A completion request whose deciding parts have the right form. */
type CompletionsRequest = z.output<typeof request>;

const fields = new FieldTable({
  decided: ['best_of', 'max_tokens', 'model', 'n', 'prompt', 'stream', 'stream_options'],
  inert: [...samplingFields, 'echo', 'suffix'],
  reaching: openAiReaching,
});

/** Each prompt of a list is completed by itself. */
const promptsOf = ({ prompt }: CompletionsRequest): number =>
  Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1;

const said = z.looseObject({ choices: z.array(z.looseObject({ text: z.string() })) });

const hasText = (chunk: unknown): boolean =>
  said.safeParse(chunk).data?.choices.some(({ text }) => text !== '') ?? false;

/**
 * Completions of a prompt, the older form.
 *
 * @see https://platform.openai.com/docs/api-reference/completions
 */
export const completions: Surface<CompletionsRequest> = {
  name: 'completions',
  api: 'openai',
  path: '/completions',
  request,
  refuseReach: (asked, reach) =>
    fields.refuse(asked, reach) ?? refuseReferencesIn(asked, ['guided_json']),
  forwarded: (asked) => fields.known(asked),
  output: outputIn(
    'max_tokens',
    (asked) => promptsOf(asked) * Math.max(asked.n ?? 1, asked.best_of ?? 1),
  ),
  inputBound: textBound,
  isAnswer: (value) => isRecord(value) && 'choices' in value,
  usageOf: openAiUsage,
  contentOf: contentOfCompletion,
  streaming: openAiStreaming((chunk) => ({ hasText: hasText(chunk) })),
  errors: openAiErrors,
};
