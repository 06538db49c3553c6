import { providerActNames, type ProviderAct } from 'kars-constructs/contract';
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

/** Each by the one act that it takes. */
const asked: [act: ProviderAct, what: string, surface: string, body: object][] = [
  ['FetchUrls', 'an image', 'chat', said({ type: 'image_url', image_url: { url: IMAGE } })],
  ['FetchUrls', 'an image', 'responses', user({ type: 'input_image', image_url: IMAGE })],
  ['FetchUrls', 'a file', 'responses', user({ type: 'input_file', file_url: IMAGE })],
  [
    'FetchUrls',
    'an image',
    'messages',
    said({ type: 'image', source: { type: 'url', url: IMAGE } }),
  ],
  ['StoredFiles', 'a file', 'chat', said({ type: 'file', file: { file_id: 'file_1' } })],
  ['StoredFiles', 'a file', 'responses', user({ type: 'input_file', file_id: 'file_1' })],
  [
    'StoredFiles',
    'a file',
    'messages',
    said({ type: 'document', source: { type: 'file', file_id: 'f' } }),
  ],
  ['StoredState', 'keeping', 'chat', { store: true }],
  ['StoredState', 'keeping', 'responses', { store: true }],
  ['StoredState', 'going on', 'responses', { previous_response_id: 'resp_1' }],
  ['StoredState', 'a conversation', 'responses', { conversation: { id: 'conv_1' } }],
  ['StoredState', 'a reference', 'responses', input({ type: 'item_reference', id: 'msg_1' })],
  ['StoredPrompts', 'a prompt', 'responses', { prompt: { id: 'p', variables: { a: 'b' } } }],
  ['Background', 'work', 'responses', { background: true }],
  ['WebSearch', 'options', 'chat', { web_search_options: { search_context_size: 'low' } }],
  ['WebSearch', 'a tool', 'responses', tools({ type: 'web_search' })],
  ['WebSearch', 'a tool', 'messages', tools({ type: 'web_search_20250305', name: 'web_search' })],
  [
    'WebSearch',
    'what it found',
    'responses',
    input({ type: 'web_search_call', id: 'w', action: {} }),
  ],
  [
    'WebSearch',
    'its use',
    'messages',
    blocks({ type: 'server_tool_use', id: 'a', name: 'web_search', input: {} }),
  ],
  ['WebFetch', 'a tool', 'messages', tools({ type: 'web_fetch_20250910', name: 'web_fetch' })],
  [
    'CodeExecution',
    'a tool',
    'responses',
    tools({ type: 'code_interpreter', container: { type: 'auto' } }),
  ],
  [
    'CodeExecution',
    'a tool',
    'messages',
    tools({ type: 'code_execution_20250825', name: 'code_execution' }),
  ],
  ['FileSearch', 'a tool', 'responses', tools({ type: 'file_search', vector_store_ids: ['vs_1'] })],
  ['ImageGeneration', 'a tool', 'responses', tools({ type: 'image_generation', size: 'auto' })],
  ['Mcp', 'a server', 'responses', tools(mcp)],
  ['Mcp', 'a server', 'messages', { mcp_servers: [server], ...tools(toolset) }],
];

describe('what a provider may do for the agent', () => {
  it.each(asked)(
    'is %s, by %s of %s, where the policy names it alone',
    async (act, _what, surface, body) => {
      const { api } = caseOf(surface);
      const allowed = await ask(surface, policiesWith([act], api), body);
      expect(allowed).toMatchObject({ status: 200 });
      expect(allowed.requests).toHaveLength(1);
      const sent = allowed.requests[0]?.body;
      expect(sent).toMatchObject(body);
      const others = providerActNames.filter((other) => other !== act);
      const refused = await ask(surface, policiesWith(others, api), body);
      expect(refused.status).toBe(403);
      expect(refused.requests).toHaveLength(0);
    },
  );

  it('covers every act that a policy can name', () => {
    expect(new Set(asked.map(([act]) => act))).toEqual(new Set(providerActNames));
  });

  it('has no bound of input, so that it is refused under a budget', async () => {
    const policies = policiesWith(['WebSearch'], 'openai', { budget: { hourlyTokens: 1_000_000 } });
    const refused = await ask('responses', policies, tools({ type: 'web_search' }));
    expect(refused.code).toBe('KARS_BUDGET_UNBOUNDED');
  });

  it('keeps nothing where nothing is said, whatever it may', async () => {
    const { requests } = await ask('responses', policiesWith(['StoredState'], 'openai'), {});
    expect(requests[0]?.body).toMatchObject({ store: false });
  });

  it('tells a provider of what is in trial there', async () => {
    const body = { mcp_servers: [server], ...tools(toolset) };
    const { requests } = await ask('messages', policiesWith(['Mcp'], 'anthropic'), body);
    expect(requests[0]?.headers['anthropic-beta']).toBe('mcp-client-2025-11-20');
  });
});
