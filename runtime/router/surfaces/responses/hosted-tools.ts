import type { Deny, ProviderAct } from 'kars-constructs/contract';
import { refuseServerHeaders, type Hosted } from '../hosted-tool.ts';
import {
  first,
  isNothing,
  isRecord,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import { refuseReferences } from '../schema-reference.ts';
import type { OfferedTool } from '../surface.ts';
import { refuseMember } from '../tool-fields.ts';
import type { InputItem, ResponsesRequest } from './responses-request.ts';

type Tool = NonNullable<ResponsesRequest['tools']>[number];

const hosted = (act: ProviderAct, ...members: readonly string[]): Hosted => ({
  act,
  members: new Set(['type', ...members]),
});

const webSearch = hosted('WebSearch', 'filters', 'search_context_size', 'user_location');

/**
 * Tools that run at the provider. One that is not here no policy can name, such as a connector to other services.
 *
 * @see https://platform.openai.com/docs/guides/tools
 */
const hostedTools: ReadonlyMap<string, Hosted> = new Map([
  ['code_interpreter', hosted('CodeExecution', 'container')],
  [
    'file_search',
    hosted('FileSearch', 'filters', 'max_num_results', 'ranking_options', 'vector_store_ids'),
  ],
  [
    'image_generation',
    hosted(
      'ImageGeneration',
      'action',
      'background',
      'input_fidelity',
      'moderation',
      'output_compression',
      'output_format',
      'partial_images',
      'quality',
      'size',
    ),
  ],
  [
    'mcp',
    hosted(
      'Mcp',
      'allowed_tools',
      'authorization',
      'headers',
      'require_approval',
      'server_description',
      'server_label',
      'server_url',
    ),
  ],
  ['web_search', webSearch],
  ['web_search_2025_08_26', webSearch],
  ['web_search_preview', webSearch],
  ['web_search_preview_2025_03_11', webSearch],
]);

const item = (act: ProviderAct, ...members: readonly string[]): Hosted =>
  hosted(act, 'id', 'status', ...members);

/** Items of an input that tell of what the provider did. */
export const hostedItems: ReadonlyMap<string, Hosted> = new Map([
  ['code_interpreter_call', item('CodeExecution', 'code', 'container_id', 'outputs')],
  ['file_search_call', item('FileSearch', 'queries', 'results')],
  ['image_generation_call', item('ImageGeneration', 'result')],
  ['item_reference', item('StoredState')],
  ['mcp_approval_request', item('Mcp', 'arguments', 'name', 'server_label')],
  ['mcp_approval_response', item('Mcp', 'approval_request_id', 'approve', 'reason')],
  [
    'mcp_call',
    item('Mcp', 'approval_request_id', 'arguments', 'error', 'name', 'output', 'server_label'),
  ],
  ['mcp_list_tools', item('Mcp', 'error', 'server_label', 'tools')],
  ['web_search_call', item('WebSearch', 'action')],
]);

/** What the provider does by a tool, or by an item of an answer. */
export const actOf = (type: string): ProviderAct | undefined =>
  (hostedTools.get(type) ?? hostedItems.get(type))?.act;

/** Members that a tool of a type may have; undefined where it runs at the agent. */
export const hostedMembers = (type: string): ReadonlySet<string> | undefined =>
  hostedTools.get(type)?.members;

/** As many as a policy lists. */
const MOST_NAMES = 1024;

/** The names of the tools of an MCP server that a request has the provider call; undefined where they are all. */
function namesAllowed(allowed: unknown): readonly string[] | undefined {
  const names = isRecord(allowed) ? allowed['tool_names'] : allowed;
  // To some servers a list without names is no list.
  return Array.isArray(names) &&
    names.length > 0 &&
    names.length <= MOST_NAMES &&
    names.every((name) => typeof name === 'string')
    ? names
    : undefined;
}

/** What a request offers by a tool that runs at the provider; a policy names the tools of MCP servers one by one. */
export function offeredByProvider({ type, allowed_tools: allowed }: Tool): readonly OfferedTool[] {
  const act = actOf(type);
  if (act === undefined) return [{ type }];
  const names = type === 'mcp' ? (namesAllowed(allowed) ?? ['*']) : [];
  return [{ type, act }, ...names.map((name) => ({ type, name }))];
}

/** Refuses where a tool that runs at the provider would lead to. */
export function refuseHostedTool(at: string, tool: Tool, reach: Reach): Deny | undefined {
  switch (tool.type) {
    case 'mcp':
      return (
        reach.refuseUrl('Mcp', `${at}.server_url, which the provider calls`, tool['server_url']) ??
        refuseMember(`${at}.allowed_tools`, tool['allowed_tools'], OF_ALLOWED) ??
        refuseServerHeaders(`${at}.headers`, tool['headers'])
      );
    case 'code_interpreter':
      return refuseContainer(`${at}.container`, tool['container'], reach);
    default:
      return undefined;
  }
}

const OF_ALLOWED: ReadonlySet<string> = new Set(['read_only', 'tool_names']);

const OF_CONTAINER: ReadonlySet<string> = new Set(['file_ids', 'memory_limit', 'type']);

/** A container has no network of its own accord; files in it are kept ones. */
function refuseContainer(at: string, container: unknown, reach: Reach): Deny | undefined {
  if (isNothing(container)) return undefined;
  if (typeof container === 'string') {
    return reach.refuse('StoredState', `${at}, a container that the provider has kept`);
  }
  if (!isRecord(container)) return refuseUnknown(`${at} that is neither a name nor an object`);
  const files = isNothing(container['file_ids'])
    ? undefined
    : reach.refuse('StoredFiles', `${at}.file_ids, files that the provider has kept`);
  return files ?? refuseFieldsBut(OF_CONTAINER, at, container);
}

/** Refuses an item that tells of what the provider did, where it may not. */
export function refuseHostedItem(at: string, item: InputItem, reach: Reach): Deny | undefined {
  const type = item.type ?? '';
  const known = hostedItems.get(type);
  if (known === undefined) return refuseUnknown(`${at} of type ${JSON.stringify(type)}`);
  return (
    reach.refuse(known.act, `${at} of type "${type}", which the provider goes on from`) ??
    refuseFieldsBut(known.members, at, item) ??
    (type === 'image_generation_call' && isNothing(item['result'])
      ? reach.refuse('StoredState', `${at} without its result, which the provider looks up`)
      : undefined) ??
    (isNothing(item['output']) || typeof item['output'] === 'string'
      ? undefined
      : refuseUnknown(`${at}.output that is no text`)) ??
    refuseReferences(`${at}.tools`, item['tools']) ??
    refuseOutputs(`${at}.outputs`, item['outputs'], reach)
  );
}

const OF_OUTPUT: ReadonlySet<string> = new Set(['logs', 'type', 'url']);

/** Images among the results of code are told by their URLs. */
function refuseOutputs(at: string, outputs: unknown, reach: Reach): Deny | undefined {
  if (isNothing(outputs)) return undefined;
  if (!Array.isArray(outputs)) return refuseUnknown(`${at} that is no list`);
  return first(outputs.entries(), ([index, output]) => {
    const where = `${at}[${index}]`;
    if (!isRecord(output)) return refuseUnknown(where);
    const { url } = output;
    return (
      refuseFieldsBut(OF_OUTPUT, where, output) ??
      (isNothing(url)
        ? undefined
        : reach.refuseUrl('FetchUrls', `${where}.url, which the provider would fetch`, url))
    );
  });
}

/** Tools of MCP servers that a conversation tells of, or that a choice names: the provider may go by them. */
export const namedTools = (items: readonly InputItem[], choice: unknown): readonly OfferedTool[] =>
  [...items, choice].flatMap((one) => {
    if (!isRecord(one)) return [];
    switch (one['type']) {
      case 'mcp':
      case 'mcp_approval_request':
      case 'mcp_call':
        return isNothing(one['name']) ? [] : [namedTool(one)];
      case 'mcp_list_tools':
        return Array.isArray(one['tools'])
          ? one['tools'].slice(0, MOST_NAMES + 1).map(namedTool)
          : [];
      default:
        return [];
    }
  });

const namedTool = (tool: unknown): OfferedTool => {
  const name = isRecord(tool) ? tool['name'] : undefined;
  return typeof name === 'string' ? { type: 'mcp', name } : { type: 'mcp of no name' };
};
