import type { NetworkAttack } from '../network-attack.ts';
import { message, router, URL } from './requests.ts';

const reach = (id: string, what: string, more: object): NetworkAttack =>
  router('KARS_PROVIDER_REACH', `messages-${id}`, what, message(more));
const block = (id: string, what: string, ...content: readonly object[]): NetworkAttack =>
  router('KARS_PROVIDER_REACH', `messages-${id}`, what, message({}, content));
const hosted = (id: string, what: string, tool: object): NetworkAttack =>
  router('KARS_TOOL_NOT_ALLOWED', `messages-${id}`, what, message({ tools: [tool] }));

const image = { type: 'image', source: { type: 'url', url: URL } };

const tools: readonly NetworkAttack[] = [
  reach('mcp', 'name servers of MCP in a message', {
    mcp_servers: [{ type: 'url', url: URL, name: 'x' }],
  }),
  hosted('mcp-tools', 'offer the tools of a server of MCP', {
    type: 'mcp_toolset',
    mcp_server_name: 'x',
  }),
  hosted('web-search', 'have messages search the web', {
    type: 'web_search_20250305',
    name: 'search',
  }),
  hosted('web-fetch', 'have messages fetch pages', {
    type: 'web_fetch_20250910',
    name: 'search',
  }),
  hosted('code', 'have messages run code', {
    type: 'code_execution_20250825',
    name: 'search',
  }),
  hosted('tool-search', 'have the provider search for tools', {
    type: 'tool_search_tool_regex_20251119',
    name: 'search',
  }),
  router(
    'KARS_FIELD_UNKNOWN',
    'messages-caller',
    'let code that the provider runs call an allowed tool',
    message({
      tools: [
        {
          name: 'search',
          input_schema: { type: 'object' },
          allowed_callers: ['code_execution_20250825'],
        },
      ],
    }),
  ),
  reach('container', 'go on in a container of the provider', { container: 'container_1' }),
  reach('betas', 'switch on what is in trial at the provider', {
    betas: ['mcp-client-2025-11-20'],
  }),
  reach('fallbacks', 'have the provider choose another model', {
    fallbacks: [{ model: 'huge' }],
  }),
  block('server-tool', 'tell of a tool that the provider has run', {
    type: 'server_tool_use',
    id: 'srvtoolu_1',
    name: 'web_fetch',
    input: { url: URL },
  }),
];

const kept: readonly NetworkAttack[] = [
  reach('previous', 'go on from a message to somebody else', {
    diagnostics: { previous_message_id: 'msg_1' },
  }),
  reach('edits', 'have the provider shorten a message by further calls', {
    context_management: { edits: [{ type: 'compact_20260112' }] },
  }),
  block('upload', 'lay a kept file into a container', {
    type: 'container_upload',
    file_id: 'file_1',
  }),
  block('kept-document', 'have messages read a document that is kept', {
    type: 'document',
    source: { type: 'file', file_id: 'file_1' },
  }),
];

const urls: readonly NetworkAttack[] = [
  block('image', 'have messages fetch an image', image),
  block('document', 'have messages fetch a document', {
    type: 'document',
    source: { type: 'url', url: URL },
  }),
  block('nested-image', 'put an image to be fetched into a document', {
    type: 'document',
    source: { type: 'content', content: [image] },
  }),
  block('image-in-result', 'put an image to be fetched into a result, for messages', {
    type: 'tool_result',
    tool_use_id: '1',
    content: [image],
  }),
];

/** What a provider of messages would fetch, run or keep; also where chat completions stand behind them. */
export const reachByMessages: readonly NetworkAttack[] = [...tools, ...kept, ...urls];
