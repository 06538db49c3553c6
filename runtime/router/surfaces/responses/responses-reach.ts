import type { Deny } from 'kars-constructs/contract';
import { refuseSource } from '../content-source.ts';
import { keepFields } from '../field-table.ts';
import {
  first,
  isNothing,
  isRecord,
  noReach,
  refuseAct,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import { hostedItems, refuseHostedItem } from './hosted-items.ts';
import { refuseHostedTool } from './hosted-tools.ts';
import { itemFields, reachingItems, responsesFields, textParts } from './responses-fields.ts';
import { refuseReferencesIn } from '../schema-reference.ts';
import type { InputItem, ResponsesRequest } from './responses-request.ts';

/** What an item is that names no type. */
const MESSAGE = 'message';

/** Refuses a request for a response by which the provider would act for the agent. */
export const refuseResponsesReach = (
  request: ResponsesRequest,
  reach: Reach = noReach,
): Deny | undefined =>
  responsesFields.refuse(request, reach) ??
  refusePrompt(request['prompt']) ??
  refuseReferencesIn(request, ['text', 'tools']) ??
  first((request.tools ?? []).entries(), ([index, tool]) =>
    refuseHostedTool(`tools[${index}]`, tool, reach),
  ) ??
  first(itemsOf(request).entries(), ([index, item]) => refuseItem(`input[${index}]`, item, reach));

const OF_PROMPT: ReadonlySet<string> = new Set(['id', 'variables', 'version']);

/** A variable may be an image by its URL, or a file: text says what those would. */
const refusePrompt = (prompt: unknown): Deny | undefined =>
  isRecord(prompt)
    ? (refuseFieldsBut(OF_PROMPT, 'prompt', prompt) ??
      first(Object.entries(prompt['variables'] ?? {}), ([name, value]) =>
        typeof value === 'string' ? undefined : refuseUnknown(`prompt.variables.${name} but text`),
      ))
    : isNothing(prompt)
      ? undefined
      : refuseUnknown('prompt that is no object');

/** The items of an input; none where it is a text. */
export const itemsOf = ({ input }: ResponsesRequest): readonly InputItem[] =>
  typeof input === 'string' ? [] : input;

/**
 * A request without the fields that nobody knows and that say nothing. Without a word the provider would
 * keep request and answer, for anyone with the same credential; with it, which is judged, it does.
 */
export const forwardedResponse = (request: ResponsesRequest): ResponsesRequest => ({
  ...responsesFields.known(request),
  input:
    typeof request.input === 'string'
      ? request.input
      : request.input.map((item) => {
          const known = fieldsOf(item.type ?? MESSAGE);
          return keepFields(item, (name) => known?.has(name) ?? false);
        }),
  store: request['store'] === true,
});

const fieldsOf = (type: string): ReadonlySet<string> | undefined =>
  itemFields.get(type) ?? hostedItems.get(type)?.members;

function refuseItem(at: string, item: InputItem, reach: Reach): Deny | undefined {
  const type = item.type ?? MESSAGE;
  const does = reachingItems.get(type);
  if (does !== undefined)
    return refuseAct(`${at} of type "${type}", with which the provider ${does}`);
  if (hostedItems.has(type)) return refuseHostedItem(at, item, reach);
  if (isReference(item)) {
    const what = `${at} without content of its own, which the provider would look up by its id`;
    const denial = reach.refuse('StoredState', what);
    if (denial !== undefined) return denial;
  }
  const known = itemFields.get(type);
  return known === undefined
    ? refuseUnknown(`${at} of type ${JSON.stringify(type)}`)
    : (refuseFieldsBut(known, at, item) ??
        refuseContent(`${at}.content`, item['content'], reach) ??
        refuseContent(`${at}.output`, item['output'], reach) ??
        refuseContent(`${at}.summary`, item['summary'], reach));
}

/**
 * Whether an item is one that the provider has kept: a reference need not name its type, and reasoning that
 * comes without its text is looked up.
 */
function isReference(item: InputItem): boolean {
  switch (item.type ?? MESSAGE) {
    case MESSAGE:
      return typeof item['role'] !== 'string' || (item['content'] ?? undefined) === undefined;
    case 'reasoning':
      return (
        !isNothing(item['id']) && isNothing(item['content']) && !isSealed(item['encrypted_content'])
      );
    default:
      return false;
  }
}

const isSealed = (value: unknown): boolean => typeof value === 'string' && value !== '';

function refuseContent(at: string, content: unknown, reach: Reach): Deny | undefined {
  if (typeof content === 'string' || content === null || content === undefined) return undefined;
  if (!Array.isArray(content))
    return refuseUnknown(`${at} that is neither text nor a list of parts`);
  return first(content.entries(), ([index, part]) =>
    isRecord(part) ? refusePart(`${at}[${index}]`, part, reach) : refuseUnknown(`${at}[${index}]`),
  );
}

const OF_TEXT: ReadonlySet<string> = new Set([
  'annotations',
  'logprobs',
  'prompt_cache_breakpoint',
  'refusal',
  'text',
  'type',
]);

/** Beside what says where content is. */
const OF_MEDIA: ReadonlySet<string> = new Set([
  'detail',
  'filename',
  'prompt_cache_breakpoint',
  'type',
]);

/** What content a part has itself, by its type. */
const MEDIA: ReadonlyMap<unknown, string> = new Map([
  ['input_image', 'image_url'],
  ['input_file', 'file_data'],
]);

function refusePart(
  at: string,
  part: Readonly<Record<string, unknown>>,
  reach: Reach,
): Deny | undefined {
  const { type } = part;
  if (textParts.has(type)) return refuseFieldsBut(OF_TEXT, at, part);
  const member = MEDIA.get(type);
  if (member === undefined) return refuseUnknown(`${at} of type ${JSON.stringify(type)}`);
  const source = keepFields(part, (name) => !OF_MEDIA.has(name));
  return refuseSource(at, source, member, reach);
}
