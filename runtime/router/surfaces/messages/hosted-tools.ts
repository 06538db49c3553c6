import type { Deny, ProviderAct } from 'kars-constructs/contract';
import type { Hosted } from '../hosted-tool.ts';
import {
  first,
  isNothing,
  isRecord,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import type { OfferedTool, ProviderActs } from '../surface.ts';
import type { Block, CountRequest } from './messages-request.ts';

const hosted = (act: ProviderAct, ...members: readonly string[]): Hosted => ({
  act,
  members: new Set(['cache_control', 'type', ...members]),
});

/**
 * Tools that run at the provider, by their type without its release.
 *
 * @see https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/overview
 */
const hostedTools: ReadonlyMap<string, Hosted> = new Map([
  ['code_execution', hosted('CodeExecution', 'name')],
  ['mcp_toolset', hosted('Mcp', 'configs', 'default_config', 'mcp_server_name')],
  [
    'web_fetch',
    hosted(
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
    hosted('WebSearch', 'allowed_domains', 'blocked_domains', 'max_uses', 'name', 'user_location'),
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

const result = (act: ProviderAct): Hosted => hosted(act, 'content', 'is_error', 'tool_use_id');

/** Blocks that tell of what the provider did; a use of one of its tools names what. */
const hostedBlocks: ReadonlyMap<string, Hosted> = new Map([
  ['bash_code_execution_tool_result', result('CodeExecution')],
  ['code_execution_tool_result', result('CodeExecution')],
  ['container_upload', hosted('StoredFiles', 'file_id')],
  ['mcp_tool_result', result('Mcp')],
  ['mcp_tool_use', hosted('Mcp', 'id', 'input', 'name', 'server_name')],
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
  'mcp_toolset',
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

type Tool = NonNullable<CountRequest['tools']>[number];

/** What a request offers by a tool that runs at the provider; a policy names the tools of MCP servers one by one. */
export function offeredByProvider(type: string, tool: Tool): readonly OfferedTool[] {
  const act = actOf(type);
  if (act === undefined) return [{ type }];
  const names = type === 'mcp_toolset' ? namesOf(tool) : [];
  return [{ type, act }, ...names.map((name) => ({ type, name }))];
}

/** Tools of servers that no toolset says anything of, which some providers take for all. */
export function offeredByServers({
  tools,
  mcp_servers: servers,
}: CountRequest): readonly OfferedTool[] {
  const named = new Set((tools ?? []).map((tool) => tool['mcp_server_name']));
  return (Array.isArray(servers) ? servers : [])
    .filter((server) => !isRecord(server) || !named.has(server['name']))
    .map(() => ({ type: 'mcp_servers', name: '*' }));
}

const OF_CONFIG: ReadonlySet<string> = new Set(['defer_loading', 'enabled']);

/** Refuses a toolset that a server may read in another way than this program. */
export function refuseToolset(
  at: string,
  { type, default_config: standard, configs }: Tool,
): Deny | undefined {
  if (type !== 'mcp_toolset') return undefined;
  return first([['default_config', standard] as const, ...entriesOf(configs)], ([name, config]) => {
    const where = `${at}.${name}`;
    if (isNothing(config)) return undefined;
    return isRecord(config)
      ? refuseFieldsBut(OF_CONFIG, where, config)
      : refuseUnknown(`${where} that is no object`);
  });
}

const entriesOf = (configs: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(configs)
    ? Object.entries(configs).map(([name, config]) => [`configs.${name}`, config] as const)
    : isNothing(configs)
      ? []
      : [['configs', 'no object']];

/** All of a server's, but where those that are not named are off. */
function namesOf({ default_config: standard, configs }: Tool): readonly string[] {
  if (!isRecord(standard) || standard['enabled'] !== false) return ['*'];
  const isOn = (config: unknown): boolean => !isRecord(config) || config['enabled'] !== false;
  return Object.entries(isRecord(configs) ? configs : {})
    .filter(([, config]) => isOn(config))
    .map(([name]) => name);
}

const OF_SERVER: ReadonlySet<string> = new Set(['authorization_token', 'name', 'type', 'url']);

/** Refuses MCP servers that the provider may not call. */
export function refuseServers(servers: unknown, reach: Reach): Deny | undefined {
  if (isNothing(servers)) return undefined;
  if (!Array.isArray(servers)) return refuseUnknown('mcp_servers that is no list');
  return first(servers.entries(), ([index, server]) => {
    const at = `mcp_servers[${index}]`;
    if (!isRecord(server)) return refuseUnknown(at);
    return (
      refuseFieldsBut(OF_SERVER, at, server) ??
      reach.refuseUrl('Mcp', `${at}.url, which the provider calls`, server['url'])
    );
  });
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
function refuseSources(at: string, value: unknown, reach: Reach): Deny | undefined {
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (Array.isArray(next)) for (const one of next as unknown[]) rest.push(one);
    if (!isRecord(next)) continue;
    const { source, file_id: file, image_url: image } = next;
    if (!isNothing(image)) return refuseUnknown(`${at} with an image_url`);
    if (!isNothing(source) && !(isRecord(source) && OWN.has(source['type']))) {
      return refuseUnknown(`${at} with a source that is no content`);
    }
    const kept = isNothing(file)
      ? undefined
      : reach.refuse('StoredFiles', `${at} with a file that the provider has kept`);
    if (kept !== undefined) return kept;
    for (const one of Object.values(next)) rest.push(one);
  }
  return undefined;
}

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
  return betas.length === 0 ? undefined : { 'anthropic-beta': betas.sort().join(',') };
}
