import { isNothing, isRecord } from './reach.ts';
import { NO_CONTENT, type Content, type JudgedContent } from './surface.ts';

type Members = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isNothing(value) ? [] : [undefined];

const memberOf = (value: unknown, name: string): unknown =>
  isRecord(value) ? value[name] : undefined;

/** Members with what a model says. */
const TEXTS = ['content', 'reasoning', 'reasoning_content', 'refusal', 'text'];

const saysText = (said: unknown): boolean =>
  isRecord(said) && TEXTS.some((name) => !isNothing(said[name]) && said[name] !== '');

/**
 * What a completion, or a chunk of one, says, and what its provider says of that. An annotation in a chunk is of
 * what stands in it; one that comes later, with offsets, is none that is known here.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming
 */
export function contentOfCompletion(value: unknown): Content {
  if (!isRecord(value)) return NO_CONTENT;
  const { prompt_filter_results: prompts, choices } = value;
  const said: number[] = [];
  const judged: JudgedContent[] = [];
  for (const choice of listOf(choices)) {
    if (!isRecord(choice)) continue;
    const answer = typeof choice['index'] === 'number' ? choice['index'] : 0;
    if ([choice, choice['message'], choice['delta']].some(saysText)) said.push(answer);
    const { content_filter_results: results, content_filter_offsets: offsets } = choice;
    if (!isNothing(offsets)) judged.push({ answer, results: undefined });
    else if (isRecord(results) && Object.keys(results).length > 0) judged.push({ answer, results });
  }
  return {
    prompts: listOf(prompts).map((prompt) => memberOf(prompt, 'content_filter_results')),
    said,
    judged,
  };
}

/** Events with a piece of what a model says. */
const SAID =
  /^response\.(output_text|refusal|reasoning_text|reasoning_summary_text)\.(delta|done)$/;

/** Items with what a model says. */
const OF_MODEL: ReadonlySet<unknown> = new Set(['message', 'reasoning']);

/**
 * The same of a response, or of an event of one: what is said of the content comes with the response as a whole.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
 */
export function contentOfResponse(value: unknown): Content {
  if (!isRecord(value)) return NO_CONTENT;
  const whole: Members = isRecord(value['response']) ? value['response'] : value;
  const items = [...listOf(whole['output']), value['item']];
  const isSaid =
    SAID.test(String(value['type'])) ||
    isRecord(value['part']) ||
    items.some((item) => OF_MODEL.has(memberOf(item, 'type')) && hasParts(item));
  const prompts: unknown[] = [];
  const judged: JudgedContent[] = [];
  for (const filter of listOf(whole['content_filters'])) {
    const results = memberOf(filter, 'content_filter_results');
    if (memberOf(filter, 'source_type') === 'prompt') prompts.push(results);
    else judged.push({ answer: 0, results });
  }
  return { prompts, said: isSaid ? [0] : [], judged };
}

const hasParts = (item: unknown): boolean =>
  ['content', 'summary'].some((name) => listOf(memberOf(item, name)).length > 0);
