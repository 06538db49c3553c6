import { httpHeaders, type Deny, type ProviderAct } from 'kars-constructs/contract';
import { hosted, type Hosted } from '../hosted-tool.ts';
import { objectsIn } from '../json-object.ts';
import {
  first,
  isNothing,
  isRecord,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import type { OfferedTool, ProviderActs } from '../surface.ts';
import { namesOfToolset, TOOLSET } from './mcp-servers.ts';
import type { Block, MessagesTool } from './messages-request.ts';

const cached = (act: ProviderAct, ...members: readonly string[]): Hosted =>
  hosted(act, 'cache_control', ...members);

/**
 * Tools that run at the provider, by their type without its release.
 *
 * @see https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/overview
 */
const hostedTools: ReadonlyMap<string, Hosted> = new Map([
  ['code_execution', cached('CodeExecution', 'name')],
  [TOOLSET, cached('Mcp', 'configs', 'default_config', 'mcp_server_name')],
  [
    'web_fetch',
    cached(
      'WebFetch',
      'allowed_domains',
      'blocked_domains',
      'citations',
      'max_content_tokens',
      'max_uses',
      'name',
    ),
  ],
  [
    'web_search',
    cached('WebSearch', 'allowed_domains', 'blocked_domains', 'max_uses', 'name', 'user_location'),
  ],
]);

/** What each tool of the provider that a block names does. */
const actsByName: ReadonlyMap<unknown, ProviderAct> = new Map([
  ['bash_code_execution', 'CodeExecution'],
  ['code_execution', 'CodeExecution'],
  ['text_editor_code_execution', 'CodeExecution'],
  ['web_fetch', 'WebFetch'],
  ['web_search', 'WebSearch'],
]);

const result = (act: ProviderAct): Hosted => cached(act, 'content', 'is_error', 'tool_use_id');

/** Blocks that tell of what the provider did; a use of one of its tools names what. */
const hostedBlocks: ReadonlyMap<string, Hosted> = new Map([
  ['bash_code_execution_tool_result', result('CodeExecution')],
  ['code_execution_tool_result', result('CodeExecution')],
  ['container_upload', cached('StoredFiles', 'file_id')],
  ['mcp_tool_result', result('Mcp')],
  ['mcp_tool_use', cached('Mcp', 'id', 'input', 'name', 'server_name')],
  ['text_editor_code_execution_tool_result', result('CodeExecution')],
  ['web_fetch_tool_result', result('WebFetch')],
  ['web_search_tool_result', result('WebSearch')],
]);

const ofUse: ReadonlySet<string> = new Set(['cache_control', 'id', 'input', 'name', 'type']);

/** What a block tells of; undefined for one that tells of nothing that a policy can name. */
export function hostedBlock(block: Readonly<Record<string, unknown>>): Hosted | undefined {
  const { type, name } = block;
  if (type !== 'server_tool_use') return hostedBlocks.get(String(type));
  const act = actsByName.get(name);
  return act === undefined ? undefined : { act, members: ofUse };
}

/** Releases that do what the name of the act says; later ones run code beside it. */
const RELEASES: ReadonlySet<string> = new Set([
  'code_execution_20250522',
  'code_execution_20250825',
  TOOLSET,
  'web_fetch_20250910',
  'web_search_20250305',
]);

/** Types end with the release of their form. */
const kindOf = (type: string): string =>
  RELEASES.has(type) ? type.replace(/_\d{8}$/, '') : 'of no known release';

/** What the provider does by a tool of a type. */
export const actOf = (type: string): ProviderAct | undefined => hostedTools.get(kindOf(type))?.act;

/** Members that a tool of a type may have; undefined where it runs at the agent. */
export const hostedMembers = (type: string): ReadonlySet<string> | undefined =>
  hostedTools.get(kindOf(type))?.members;

/** What a request offers by a tool that runs at the provider; a policy names the tools of MCP servers one by one. */
export function offeredByProvider(type: string, tool: MessagesTool): readonly OfferedTool[] {
  const act = actOf(type);
  if (act === undefined) return [{ type }];
  const names = type === TOOLSET ? namesOfToolset(tool) : [];
  return [{ type, act }, ...names.map((name) => ({ type, name }))];
}

/** Refuses a block that tells of what the provider did, where it may not. */
export const refuseHostedBlock = (
  at: string,
  block: Block,
  { act, members }: Hosted,
  reach: Reach,
): Deny | undefined =>
  reach.refuse(act, `${at} of type "${block.type}", which the provider goes on from`) ??
  refuseFieldsBut(members, at, block) ??
  (block.type === 'server_tool_use'
    ? undefined
    : refuseSources(`${at}.content`, block['content'], reach));

/** What content of its own a source may have. */
const OWN: ReadonlySet<unknown> = new Set(['base64', 'content', 'text']);

/** What was found stands in its block itself, and so does everything within it. */
const refuseSources = (at: string, value: unknown, reach: Reach): Deny | undefined =>
  first(objectsIn(value), ({ source, file_id: file, image_url: image }) => {
    if (!isNothing(image)) return refuseUnknown(`${at} with an image_url`);
    if (!isNothing(source) && !(isRecord(source) && OWN.has(source['type']))) {
      return refuseUnknown(`${at} with a source that is no content`);
    }
    return isNothing(file)
      ? undefined
      : reach.refuse('StoredFiles', `${at} with a file that the provider has kept`);
  });

/** What is in trial at the provider, by what is done with it. */
const BETAS: ReadonlyMap<ProviderAct, string> = new Map([
  ['Mcp', 'mcp-client-2025-11-20'],
  ['StoredFiles', 'files-api-2025-04-14'],
]);

/**
 * Has the provider do what is in trial there.
 *
 * @see https://docs.anthropic.com/en/api/beta-headers
 */
export function betaHeaders(acts: ProviderActs): Readonly<Record<string, string>> | undefined {
  const betas = [...acts].flatMap((act) => BETAS.get(act) ?? []);
  return betas.length === 0
    ? undefined
    : { [httpHeaders.anthropicBeta.name]: betas.sort().join(',') };
}
