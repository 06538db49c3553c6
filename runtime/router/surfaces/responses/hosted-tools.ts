import type { Deny, ProviderAct } from 'kars-constructs/contract';
import { hosted, MOST_NAMES, refuseServerHeaders, type Hosted } from '../hosted-tool.ts';
import { isNothing, isRecord, refuseFieldsBut, refuseUnknown, type Reach } from '../reach.ts';
import type { OfferedTool } from '../surface.ts';
import { refuseMember } from '../tool-fields.ts';
import { hostedItems } from './hosted-items.ts';
import type { ResponsesRequest } from './responses-request.ts';

type Tool = NonNullable<ResponsesRequest['tools']>[number];

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

/** What the provider does by a tool, or by an item of an answer. */
export const actOf = (type: string): ProviderAct | undefined =>
  (hostedTools.get(type) ?? hostedItems.get(type))?.act;

/** Members that a tool of a type may have; undefined where it runs at the agent. */
export const hostedMembers = (type: string): ReadonlySet<string> | undefined =>
  hostedTools.get(type)?.members;

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
