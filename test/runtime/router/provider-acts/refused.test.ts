import type { ProviderAct } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { caseOf } from '../surfaces/cases.ts';
import {
  ask,
  blocks,
  IMAGE,
  input,
  mcp,
  policiesWith,
  said,
  server,
  tools,
  toolset,
  user,
} from './support.ts';

describe('what a provider may do for the agent', () => {
  it.each<[string, string, ProviderAct, string, object]>([
    [
      'a host that the egress does not have',
      'chat',
      'FetchUrls',
      'KARS_EGRESS_NOT_ALLOWED',
      said({ type: 'image_url', image_url: { url: 'https://evil.example/a' } }),
    ],
    [
      'another of messages',
      'messages',
      'FetchUrls',
      'KARS_EGRESS_NOT_ALLOWED',
      said({ type: 'image', source: { type: 'url', url: 'https://evil.example/' } }),
    ],
    [
      'a file of the machine',
      'responses',
      'FetchUrls',
      'KARS_EGRESS_NAME_INVALID',
      user({ type: 'input_image', image_url: 'file:///etc/passwd' }),
    ],
    [
      'an MCP server elsewhere',
      'responses',
      'Mcp',
      'KARS_EGRESS_NOT_ALLOWED',
      tools({ ...mcp, server_url: 'https://evil.example/mcp' }),
    ],
    [
      'an MCP server elsewhere, in messages',
      'messages',
      'Mcp',
      'KARS_EGRESS_NOT_ALLOWED',
      { mcp_servers: [{ ...server, url: 'https://evil.example' }] },
    ],
    [
      'an MCP server without a URL',
      'responses',
      'Mcp',
      'KARS_FIELD_UNKNOWN',
      tools({ ...mcp, server_url: undefined }),
    ],
    [
      'a connector',
      'responses',
      'Mcp',
      'KARS_FIELD_UNKNOWN',
      tools({ ...mcp, connector_id: 'connector_gmail' }),
    ],
    [
      'every tool of a server',
      'responses',
      'Mcp',
      'KARS_TOOL_NOT_ALLOWED',
      tools({ ...mcp, allowed_tools: undefined }),
    ],
    [
      'a tool of a server that no policy names',
      'responses',
      'Mcp',
      'KARS_TOOL_NOT_ALLOWED',
      tools({ ...mcp, allowed_tools: { tool_names: ['lookup', 'drop'] } }),
    ],
    [
      'every tool of a server, in messages',
      'messages',
      'Mcp',
      'KARS_TOOL_NOT_ALLOWED',
      { mcp_servers: [server], ...tools({ ...toolset, default_config: {} }) },
    ],
    [
      'a tool of a server, in messages',
      'messages',
      'Mcp',
      'KARS_TOOL_NOT_ALLOWED',
      { mcp_servers: [server], ...tools({ ...toolset, configs: { drop: {} } }) },
    ],
    [
      'a member of a search',
      'chat',
      'WebSearch',
      'KARS_FIELD_UNKNOWN',
      { web_search_options: { sources: ['rss'] } },
    ],
    [
      'a member of a tool',
      'responses',
      'WebSearch',
      'KARS_FIELD_UNKNOWN',
      tools({ type: 'web_search', external_web_access: true }),
    ],
    [
      'another caller of a tool',
      'messages',
      'WebSearch',
      'KARS_FIELD_UNKNOWN',
      tools({
        type: 'web_search_20250305',
        name: 'web_search',
        allowed_callers: ['code_execution_20250825'],
      }),
    ],
    [
      'files in a container',
      'responses',
      'CodeExecution',
      'KARS_PROVIDER_REACH',
      tools({ type: 'code_interpreter', container: { type: 'auto', file_ids: ['f'] } }),
    ],
    [
      'a network for a container',
      'responses',
      'CodeExecution',
      'KARS_FIELD_UNKNOWN',
      tools({ type: 'code_interpreter', container: { type: 'auto', network_policy: {} } }),
    ],
    [
      'a model that makes images',
      'responses',
      'ImageGeneration',
      'KARS_FIELD_UNKNOWN',
      tools({ type: 'image_generation', model: 'other' }),
    ],
    [
      'an image in a kept prompt',
      'responses',
      'StoredPrompts',
      'KARS_FIELD_UNKNOWN',
      { prompt: { id: 'p', variables: { a: { type: 'input_image', image_url: IMAGE } } } },
    ],
    [
      'an image in what code printed',
      'responses',
      'CodeExecution',
      'KARS_PROVIDER_REACH',
      input({ type: 'code_interpreter_call', id: 'c', outputs: [{ type: 'image', url: IMAGE }] }),
    ],
    [
      'a source in a page that was fetched',
      'messages',
      'WebFetch',
      'KARS_FIELD_UNKNOWN',
      blocks({
        type: 'web_fetch_tool_result',
        tool_use_id: 'a',
        content: {
          type: 'web_fetch_result',
          content: { type: 'document', source: { type: 'url', url: IMAGE } },
        },
      }),
    ],
    [
      'a tool that no policy can name',
      'responses',
      'CodeExecution',
      'KARS_TOOL_NOT_ALLOWED',
      tools({ type: 'namespace' }),
    ],
  ])('does not reach %s, in %s, by %s', async (_what, surface, act, code, body) => {
    const refused = await ask(surface, policiesWith([act], caseOf(surface).api), body);
    expect(refused.code).toBe(code);
    expect(refused.requests).toHaveLength(0);
  });
});
