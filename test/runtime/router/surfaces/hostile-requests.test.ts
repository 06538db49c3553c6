import { describe, expect, it } from 'vitest';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';
import { messages } from '../../../../runtime/router/surfaces/messages/messages.ts';
import { responses } from '../../../../runtime/router/surfaces/responses/responses.ts';
import type { Payloads } from '../../../support/documents.ts';
import { startProvider } from '../../../support/openai-provider.ts';
import { policies, startRouter } from '../support.ts';
import { behaviourOf, caseOf } from './cases.ts';

const REMOTE = { $ref: 'https://evil.example/?secret' };

const schema = { type: 'object', properties: { a: REMOTE } };

const policiesFor = (api: 'openai' | 'anthropic', change: object = {}): Payloads => ({
  ...policies,
  'inference-policy': {
    ...policies['inference-policy'],
    ...change,
    providers: policies['inference-policy'].providers.map((provider) => ({ ...provider, api })),
  },
});

async function ask(surface: string, change: object): Promise<{ code: unknown; reached: number }> {
  const one = caseOf(surface);
  const provider = await startProvider(behaviourOf(one));
  const router = await startRouter(provider.endpoint, policiesFor(one.api));
  const answer = await fetch(router.url + one.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...one.request, ...change }),
  });
  const { error } = (await answer.json()) as { error?: { code: unknown } };
  return { code: error?.code, reached: provider.requests.length };
}

const named = { name: 'search', parameters: {} };

describe('what a provider would fetch or has kept', () => {
  it.each<[string, string, object]>([
    ['an item by its id alone', 'responses', { input: [{ id: 'msg_1' }] }],
    ['an item by its id, of type null', 'responses', { input: [{ id: 'msg_1', type: null }] }],
    ['a message by its id', 'responses', { input: [{ type: 'message', id: 'm', role: 'user' }] }],
    ['reasoning by its id', 'responses', { input: [{ type: 'reasoning', id: 'r', summary: [] }] }],
    ['a prompt for a day', 'responses', { prompt_cache_retention: '24h' }],
    ['metadata', 'responses', { metadata: { langfuse_host: 'https://evil.example' } }],
    ['metadata', 'chat', { metadata: { langfuse_host: 'https://evil.example' } }],
    ['a prompt for a day', 'chat', { prompt_cache_retention: '24h' }],
    ['what it has said', 'chat', { audio: { voice: 'alloy', format: 'wav' } }],
    ['a schema', 'chat', { response_format: { type: 'json_schema', json_schema: { schema } } }],
    ['a schema that is text', 'chat', { guided_json: JSON.stringify(schema) }],
    ['a schema', 'completions', { guided_json: schema }],
    ['a schema', 'responses', { text: { format: { type: 'json_schema', name: 'a', schema } } }],
    ['a schema', 'messages', { output_config: { format: { type: 'json_schema', schema } } }],
    [
      'the schema of a tool',
      'chat',
      { tools: [{ type: 'function', function: { ...named, parameters: schema } }] },
    ],
    ['the schema of a tool', 'messages', { tools: [{ name: 'search', input_schema: schema }] }],
  ])('is refused: %s (%s)', async (_what, surface, change) => {
    expect(await ask(surface, change)).toEqual({ code: 'KARS_PROVIDER_REACH', reached: 0 });
  });

  it('is not in a schema that refers to itself', async () => {
    const own = { $defs: { a: {} }, properties: { b: { $ref: '#/$defs/a' }, $ref: { type: 'a' } } };
    expect(await ask('chat', { guided_json: own })).toEqual({ code: undefined, reached: 1 });
  });
});

describe('what a server may read as something else', () => {
  it.each<[string, string, object]>([
    [
      'the name of a tool, without case',
      'chat',
      { tools: [{ type: 'function', function: { ...named, Name: 'shell' } }] },
    ],
    [
      'a tool, without case',
      'chat',
      { tools: [{ type: 'function', function: named, Function: { name: 'shell' } }] },
    ],
    [
      'a definition of another type',
      'chat',
      { tools: [{ type: 'custom', custom: { name: 'search' }, function: { name: 'shell' } }] },
    ],
    ['a search', 'chat', { tools: [{ type: 'function', function: named, googleSearch: {} }] }],
    ['a function, without case', 'chat', { functions: [{ ...named, NAME: 'shell' }] }],
    ['a tool', 'responses', { tools: [{ type: 'function', ...named, Type: 'web_search' }] }],
    [
      'who calls a tool',
      'messages',
      { tools: [{ name: 'search', allowed_callers: ['code_execution_20250825'] }] },
    ],
    ['a tool', 'messages', { tools: [{ name: 'search', Type: 'web_search_20250305' }] }],
    ['metadata', 'messages', { metadata: { user_id: 'a', langfuse_host: 'https://evil.example' } }],
    [
      'an annotation with content',
      'chat',
      {
        messages: [
          {
            role: 'assistant',
            content: 'a',
            annotations: [{ type: 'file', file: { content: [] } }],
          },
        ],
      },
    ],
    ['a prompt that is filled up', 'chat', { chat_template_kwargs: { padding: 'max_length' } }],
    ['a prediction, charged beyond the limit', 'chat', { prediction: { type: 'content' } }],
  ])('is refused: %s (%s)', async (_what, surface, change) => {
    expect(await ask(surface, change)).toEqual({ code: 'KARS_FIELD_UNKNOWN', reached: 0 });
  });

  it('is refused as instructions that are items', async () => {
    const instructions = [{ type: 'item_reference', id: 'msg_1' }];
    expect(await ask('responses', { instructions })).toEqual({
      code: 'KARS_REQUEST_INVALID',
      reached: 0,
    });
  });

  it('is no tool named by what every object has', () => {
    const tools = [{ type: 'constructor' }];
    const asked = chat.request.parse({ messages: [{ role: 'user' }], tools });
    expect(chat.offeredTools?.(asked)).toEqual([{ type: 'constructor' }]);
  });
});

describe('the bound of an input', () => {
  const hi = { messages: [{ role: 'user', content: 'hi' }] };

  it('holds what a provider says of tools that it has made', () => {
    const bash = { type: 'bash_20250124', name: 'bash' };
    const edit = { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' };
    // As documented for current models: 346 of the system prompt, 245 of bash and 700 of the editor.
    expect(
      messages.inputBound(messages.request.parse({ ...hi, tools: [bash, edit] })),
    ).toBeGreaterThan(346 + 245 + 700 + 256);
    const shell = { input: 'hi', tools: [{ type: 'local_shell' }] };
    expect(responses.inputBound(responses.request.parse(shell))).toBeGreaterThan(2048);
  });

  it('is unknown for documents with citations, each sentence of which is wrapped', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'A. '.repeat(1000) };
    const bound = (citations: unknown) => {
      const content = [{ type: 'document', source, citations }];
      const asked = messages.request.parse({ messages: [{ role: 'user', content }] });
      return messages.inputBound(asked);
    };
    expect(bound({ enabled: true })).toBeUndefined();
    expect(bound({ enabled: false })).toBeGreaterThan(3000);
    expect(bound(null)).toBeGreaterThan(3000);
  });
});
