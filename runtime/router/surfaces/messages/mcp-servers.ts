import type { Deny } from 'kars-constructs/contract';
import {
  first,
  isNothing,
  isRecord,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import type { OfferedTool } from '../surface.ts';
import type { CountRequest, MessagesTool } from './messages-request.ts';

/** Type of a tool that stands for those of an MCP server. */
export const TOOLSET = 'mcp_toolset';

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
  { type, default_config: standard, configs }: MessagesTool,
): Deny | undefined {
  if (type !== TOOLSET) return undefined;
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

/** The tools of a server that a set has: all, but where those that are not named are off. */
export function namesOfToolset({
  default_config: standard,
  configs,
}: MessagesTool): readonly string[] {
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
