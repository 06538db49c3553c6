import type { Deny, ProviderAct } from 'kars-constructs/contract';
import { hosted, MOST_NAMES, type Hosted } from '../hosted-tool.ts';
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
import type { InputItem } from './responses-request.ts';

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
        return namedIn(one['tools']);
      default:
        return [];
    }
  });

const UNNAMED: OfferedTool = { type: 'mcp of no name' };

const namedIn = (tools: unknown): readonly OfferedTool[] =>
  isNothing(tools)
    ? []
    : Array.isArray(tools) && tools.length <= MOST_NAMES
      ? tools.map(namedTool)
      : [UNNAMED];

const namedTool = (tool: unknown): OfferedTool => {
  const name = isRecord(tool) ? tool['name'] : undefined;
  return typeof name === 'string' ? { type: 'mcp', name } : UNNAMED;
};
