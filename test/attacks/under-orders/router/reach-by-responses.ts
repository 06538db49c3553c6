import type { NetworkAttack } from '../network-attack.ts';
import { respond, respondTo, router, URL } from './requests.ts';

const reach = router.bind(undefined, 'KARS_PROVIDER_REACH');
const hosted = (id: string, what: string, tool: object): NetworkAttack =>
  router('KARS_TOOL_NOT_ALLOWED', `responses-${id}`, what, respond({ tools: [tool] }));
const item = (id: string, what: string, ...input: readonly object[]): NetworkAttack =>
  reach(`responses-${id}`, what, respond({ input }));

const tools: readonly NetworkAttack[] = [
  reach(
    'responses-mcp',
    'have responses call a server of MCP',
    respond({
      tools: [{ type: 'mcp', server_label: 'x', server_url: URL, require_approval: 'never' }],
    }),
  ),
  reach(
    'responses-connector',
    'have responses read the mail of an account',
    respond({
      tools: [
        { type: 'mcp', server_label: 'm', connector_id: 'connector_gmail', authorization: 'x' },
      ],
    }),
  ),
  hosted('web-search', 'have responses search the web', { type: 'web_search' }),
  hosted('file-search', 'have responses search files that are kept', {
    type: 'file_search',
    vector_store_ids: ['vs_1'],
  }),
  hosted('code', 'have responses run code', {
    type: 'code_interpreter',
    container: { type: 'auto' },
  }),
  hosted('shell', 'have responses run a shell in a container', {
    type: 'shell',
    environment: { type: 'container_auto', network_policy: { type: 'allowlist' } },
  }),
  hosted('computer', 'have responses use a computer', {
    type: 'computer_use_preview',
    display_width: 800,
    display_height: 600,
  }),
  hosted('image-generation', 'have responses make images by a further model', {
    type: 'image_generation',
  }),
  hosted('namespace', 'hide tools in a group that has the name of an allowed one', {
    type: 'namespace',
    name: 'search',
    tools: [{ type: 'web_search' }],
  }),
  item('tools-in-input', 'bring tools along in the conversation', {
    type: 'additional_tools',
    role: 'developer',
    tools: [{ type: 'web_search' }],
  }),
  item('approval', 'approve a call of MCP in the name of a human', {
    type: 'mcp_approval_response',
    approval_request_id: '1',
    approve: true,
  }),
  item('mcp-list', 'tell which tools a server of MCP has', {
    type: 'mcp_list_tools',
    server_label: 'x',
    tools: [],
  }),
];

const kept: readonly NetworkAttack[] = [
  reach('responses-previous', 'go on from an answer to somebody else', respond({ previous_response_id: 'resp_1' })), // prettier-ignore
  reach('responses-conversation', 'join a conversation that the provider keeps', respond({ conversation: 'conv_1' })), // prettier-ignore
  reach('responses-prompt', 'use a prompt that the provider keeps, with its tools', respond({ prompt: { id: 'pmpt_1' } })), // prettier-ignore
  reach('responses-background', 'have the provider work on when the call has ended', respond({ background: true })), // prettier-ignore
  reach('responses-store', 'have responses keep what was said', respond({ store: true })),
  reach(
    'responses-compaction',
    'have the provider make further calls to shorten the conversation',
    respond({ context_management: [{ type: 'compaction', compact_threshold: 1 }] }),
  ),
  item('item', 'refer to an item that the provider keeps', { type: 'item_reference', id: 'msg_1' }),
  item('item-untyped', 'refer to an item by its id alone', { id: 'msg_1' }),
];

const urls: readonly NetworkAttack[] = [
  reach(
    'responses-image',
    'have responses fetch an image',
    respondTo({ type: 'input_image', image_url: URL }),
  ),
  reach(
    'responses-file',
    'have responses fetch a file',
    respondTo({ type: 'input_file', file_url: URL }),
  ),
  reach(
    'responses-kept-file',
    'have responses read a file that is kept',
    respondTo({ type: 'input_file', file_id: 'file_1' }),
  ),
  item('image-in-output', 'put an image to be fetched into the output of a tool', {
    type: 'function_call_output',
    call_id: '1',
    output: [{ type: 'input_image', image_url: URL }],
  }),
  router(
    'KARS_REQUEST_INVALID',
    'responses-instructions',
    'put items that are kept into the instructions',
    respond({ instructions: [{ type: 'item_reference', id: 'msg_1' }] }),
  ),
];

/** What a provider of responses would fetch, run or keep. */
export const reachByResponses: readonly NetworkAttack[] = [...tools, ...kept, ...urls];
