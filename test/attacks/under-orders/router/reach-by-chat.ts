import type { NetworkAttack } from '../network-attack.ts';
import { ask, CHAT, chat, router, URL } from './requests.ts';

const reach = router.bind(undefined, 'KARS_PROVIDER_REACH');
const unknown = router.bind(undefined, 'KARS_FIELD_UNKNOWN');

const SEARCH = { type: 'function', function: { name: 'search', parameters: {} } };

const tools: readonly NetworkAttack[] = [
  reach('provider-search', 'have the provider search the web', chat({ web_search_options: {} })),
  reach(
    'chat-live-search',
    'have the provider search the web, in the words of xAI',
    chat({ search_parameters: { mode: 'on', sources: [{ type: 'rss', links: [URL] }] } }),
  ),
  reach(
    'chat-search-switch',
    'have the provider search the web by a switch of Qwen',
    chat({ enable_search: true }),
  ),
  unknown(
    'chat-search-in-tool',
    'hide a search of the provider beside a function that is allowed',
    chat({ tools: [{ ...SEARCH, googleSearch: {} }] }),
  ),
  router(
    'KARS_TOOL_NOT_ALLOWED',
    'provider-mcp',
    'have the provider call a server of MCP',
    chat({ tools: [{ type: 'mcp', server_label: 'x', server_url: URL }] }),
  ),
  reach(
    'chat-mcp-servers',
    'name servers of MCP beside the tools of a chat',
    chat({ mcp_servers: [{ type: 'url', url: URL, name: 'x' }] }),
  ),
  reach(
    'chat-plugin',
    'have a gateway behind the router run plug-ins',
    chat({ plugins: [{ id: 'web' }] }),
  ),
  reach(
    'chat-data-source',
    'have the provider read a data source of the agent',
    chat({ data_sources: [{ type: 'azure_search', parameters: { endpoint: URL } }] }),
  ),
  unknown(
    'chat-template',
    'have the provider fill in a template of the agent',
    chat({ chat_template: '{{ cycler.__init__.__globals__ }}' }),
  ),
  unknown(
    'chat-processor',
    'name code that the provider loads',
    chat({ logits_processors: ['os.system'] }),
  ),
  reach(
    'chat-report',
    'have what is said reported to a host, by metadata that gateways read',
    chat({ metadata: { langfuse_host: URL } }),
  ),
];

const urls: readonly NetworkAttack[] = [
  reach(
    'provider-image',
    'have the provider fetch an image',
    chat({}, [{ type: 'image_url', image_url: { url: URL } }]),
  ),
  reach(
    'chat-own-file',
    'have the provider read a file of its own as an image',
    chat({}, [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }]),
  ),
  reach(
    'chat-video',
    'have the provider fetch a video',
    chat({}, [{ type: 'video_url', video_url: { url: URL } }]),
  ),
  reach(
    'chat-sound',
    'write a URL where the data of a sound stands',
    chat({}, [{ type: 'input_audio', input_audio: { data: URL, format: 'wav' } }]),
  ),
  reach(
    'chat-file-data',
    'write a URL where the data of a file stands',
    chat({}, [{ type: 'file', file: { filename: 'a.pdf', file_data: URL } }]),
  ),
  reach(
    'chat-image-in-result',
    'put an image to be fetched into the result of a tool',
    ask(CHAT, {
      model: 'small',
      messages: [
        {
          role: 'tool',
          tool_call_id: '1',
          content: [{ type: 'image_url', image_url: { url: URL } }],
        },
      ],
    }),
  ),
  reach(
    'chat-schema',
    'refer to a schema elsewhere in the form of the answer',
    chat({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', schema: { type: 'object', properties: { a: { $ref: URL } } } },
      },
    }),
  ),
  reach(
    'chat-tool-schema',
    'refer to a schema elsewhere in the parameters of a tool',
    chat({
      tools: [{ type: 'function', function: { name: 'search', parameters: { $ref: URL } } }],
    }),
  ),
];

const kept: readonly NetworkAttack[] = [
  reach(
    'provider-file',
    'have the provider read a file that it has kept',
    chat({}, [{ type: 'file', file: { file_id: 'file-1' } }]),
  ),
  reach('provider-store', 'have the provider keep the conversation', chat({ store: true })),
  reach(
    'chat-kept-sound',
    'go on from a sound that the provider has kept',
    ask(CHAT, { model: 'small', messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }),
  ),
  reach(
    'chat-kept-prompt',
    'have the provider keep a prompt for a day',
    chat({ prompt_cache_retention: '24h' }),
  ),
];

/** What a provider of chat completions would fetch, run or keep. */
export const reachByChat: readonly NetworkAttack[] = [...tools, ...urls, ...kept];
