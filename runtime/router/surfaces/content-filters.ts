import { isNothing, isRecord } from './reach.ts';
import { NO_CONTENT, type Content, type JudgedContent } from './surface.ts';

type Members = Readonly<Record<string, unknown>>;

/** What is no list is one entry that nobody can read. */
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isNothing(value) ? [] : [undefined];

const memberOf = (value: unknown, name: string): unknown =>
  isRecord(value) ? value[name] : undefined;

/** Members of a choice, and of what is said in it, by which a model says nothing that is annotated. */
const SILENT: ReadonlySet<string> = new Set([
  'content_filter_offsets',
  'content_filter_results',
  'delta',
  'finish_reason',
  'function_call',
  'index',
  'message',
  'name',
  'role',
  'stop_reason',
  'tool_calls',
]);

/** Whatever else there is may be text, in a form that some client shows. */
const saysText = (said: unknown): boolean =>
  isRecord(said)
    ? Object.entries(said).some(
        ([name, value]) => !SILENT.has(name) && !isNothing(value) && value !== '',
      )
    : !isNothing(said);

/**
 * What a completion, or a chunk of one, says, and what its provider says of that. An annotation in a chunk is of
 * what stands in it; one that comes later, with offsets, is none that is known here. Of two choices of one number
 * in one value nobody knows which is annotated.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming
 */
export function contentOfCompletion(value: unknown): Content {
  if (!isRecord(value)) return NO_CONTENT;
  const { prompt_filter_results: prompts, choices } = value;
  const said: number[] = [];
  const judged: JudgedContent[] = [];
  const seen = new Set<number>();
  for (const [position, choice] of listOf(choices).entries()) {
    const index = memberOf(choice, 'index');
    const answer = typeof index === 'number' ? index : position;
    if (!isRecord(choice) || seen.has(answer)) {
      judged.push({ answer, results: undefined });
      continue;
    }
    seen.add(answer);
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

/** Events in which a model says nothing but by the items and the response in them. */
const SILENT_EVENT =
  /^response\.(created|queued|in_progress|completed|failed|incomplete|output_item\.(added|done)|(function_call_arguments|custom_tool_call_input)\.(delta|done)|\w+_call\.(in_progress|searching|interpreting|generating|completed))$/;

/** Items of an answer in which a model says nothing that is annotated. */
const SILENT_ITEM =
  /^(function|custom_tool|local_shell|apply_patch|shell|computer|web_search)_call$/;

const saysItem = (item: unknown): boolean => {
  const type = memberOf(item, 'type');
  if (type !== 'message' && type !== 'reasoning') return !SILENT_ITEM.test(String(type));
  return ['content', 'summary'].some((name) => listOf(memberOf(item, name)).length > 0);
};

/**
 * The same of a response, or of an event of one: what is said of the content comes with the response as a whole.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
 */
export function contentOfResponse(value: unknown): Content {
  if (!isRecord(value)) return NO_CONTENT;
  const { type, item, response } = value;
  const whole: Members = isRecord(response) ? response : value;
  const items = [...listOf(whole['output']), ...(isNothing(item) ? [] : [item])];
  const isSaid = (typeof type === 'string' && !SILENT_EVENT.test(type)) || items.some(saysItem);
  const prompts: unknown[] = [];
  const judged: JudgedContent[] = [];
  for (const filter of listOf(whole['content_filters'])) {
    const results = memberOf(filter, 'content_filter_results');
    const of = memberOf(filter, 'source_type');
    if (of === 'prompt') prompts.push(results);
    if (of === 'completion' || isNothing(of)) judged.push({ answer: 0, results });
  }
  return { prompts, said: isSaid ? [0] : [], judged };
}
