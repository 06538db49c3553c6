import { describe, expect, it } from 'vitest';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';
import { messages } from '../../../../runtime/router/surfaces/messages/messages.ts';
import { chatRequestOf } from '../../../../runtime/router/translations/messages-on-chat/chat-request-of.ts';
import { messagesOnChat } from '../../../../runtime/router/translations/messages-on-chat/messages-on-chat.ts';
import { translation } from '../../../../runtime/router/translations/translation.ts';
import { inForce, local } from './in-force.ts';

const hello = [{ role: 'user', content: 'hi' }];

const parse = (body: object) => messages.request.parse({ messages: hello, ...body });

const says = (role: string, ...content: readonly object[]): object => ({
  messages: [{ role, content }],
});

const IMAGE = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
};

describe('a message that chat completions cannot carry', () => {
  it.each<[string, object]>([
    ['thinking of a given length', { thinking: { type: 'enabled', budget_tokens: 2048 } }],
    ['service_tier', { service_tier: 'auto' }],
    ['inference_geo', { inference_geo: 'us' }],
    ['speed', { speed: 'fast' }],
    ['output_config.detail', { output_config: { detail: 'high' } }],
    ['tools[0] of type "bash_20250124"', { tools: [{ type: 'bash_20250124', name: 'bash' }] }],
    ['tools[0].input_examples', { tools: [{ name: 'search', input_examples: [{}] }] }],
    ['messages[0] of role "tool"', says('tool', { type: 'text', text: 'a' })],
    ['messages[0].content[0] of type "image"', says('system', IMAGE)],
    ['messages[0].content[0] of type "document"', says('user', { type: 'document', source: {} })],
    ['messages[0].content[0] of type "search_result"', says('user', { type: 'search_result' })],
    ['messages[0].content[0] of type "thinking"', says('assistant', { type: 'thinking' })],
    ['messages[0].content[0] of type "tool_use"', says('user', { type: 'tool_use', id: '1' })],
    ['messages[0].content[0] of type "image"', says('assistant', IMAGE)],
    ['messages[0].content[0].citations', says('user', { type: 'text', text: 'a', citations: [1] })],
    [
      'messages[0].content[0].content[0] of type "image"',
      says('user', { type: 'tool_result', tool_use_id: '1', content: [IMAGE] }),
    ],
    ['system[0] of type "image"', { system: [IMAGE] }],
    [
      'output_config.format of another type than "json_schema"',
      { output_config: { format: { type: 'grammar' } } },
    ],
    [
      'output_config.format.strict',
      { output_config: { format: { type: 'json_schema', schema: {}, strict: true } } },
    ],
    [
      'messages[0].content[0].source of another type than "base64"',
      says('user', { type: 'image', source: { type: 'text', data: 'a' } }),
    ],
  ])('is refused by name: %s', (what, body) => {
    expect(chatRequestOf(parse(body))).toMatchObject({
      denial: {
        code: 'KARS_NOT_TRANSLATABLE',
        reason: `got ${what}, which chat completions do not have`,
      },
    });
  });
});

describe('a message as a chat completion', () => {
  it('says the same', () => {
    const schema = { type: 'object', properties: { q: { type: 'string' } } };
    const asked = parse({
      model: 'small',
      max_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END'],
      metadata: { user_id: 'someone' },
      thinking: { type: 'disabled' },
      cache_control: { type: 'ephemeral' },
      output_config: { effort: 'low', format: { type: 'json_schema', schema } },
      system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral' } }],
      tools: [
        {
          name: 'search',
          description: 'finds',
          input_schema: schema,
          strict: true,
          cache_control: { type: 'ephemeral' },
        },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        { role: 'user', content: [IMAGE, { type: 'text', text: 'what is it?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 't1', name: 'search', input: { q: 'a' } },
            { type: 'tool_use', id: 't2', name: 'search', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'found' },
            {
              type: 'tool_result',
              tool_use_id: 't2',
              is_error: true,
              content: [{ type: 'text', text: 'no net' }],
            },
            { type: 'text', text: 'go on' },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 't3', name: 'search', input: {} }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't3' }] },
        { role: 'system', content: [{ type: 'text', text: 'be briefer' }] },
      ],
    });
    expect(chatRequestOf(asked)).toEqual({
      said: {
        model: 'small',
        max_tokens: 50,
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
        stop: ['END'],
        user: 'someone',
        reasoning_effort: 'low',
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema, strict: true },
        },
        tools: [
          {
            type: 'function',
            function: { name: 'search', description: 'finds', parameters: schema, strict: true },
          },
        ],
        tool_choice: 'required',
        parallel_tool_calls: false,
        messages: [
          { role: 'system', content: 'be brief' },
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
              { type: 'text', text: 'what is it?' },
            ],
          },
          {
            role: 'assistant',
            content: 'I look.',
            tool_calls: [
              { id: 't1', type: 'function', function: { name: 'search', arguments: '{"q":"a"}' } },
              { id: 't2', type: 'function', function: { name: 'search', arguments: '{}' } },
            ],
          },
          { role: 'tool', tool_call_id: 't1', content: 'found' },
          {
            role: 'tool',
            tool_call_id: 't2',
            content: [
              { type: 'text', text: 'The tool failed.' },
              { type: 'text', text: 'no net' },
            ],
          },
          { role: 'user', content: 'go on' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 't3', type: 'function', function: { name: 'search', arguments: '{}' } },
            ],
          },
          { role: 'tool', tool_call_id: 't3', content: '' },
          { role: 'system', content: 'be briefer' },
        ],
      },
    });
  });

  it.each<[object, unknown]>([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'none' }, 'none'],
    [
      { type: 'tool', name: 'search' },
      { type: 'function', function: { name: 'search' } },
    ],
  ])('takes the choice of tools %j', (tool_choice, expected) => {
    const asked = parse({ tools: [{ name: 'search', input_schema: {} }], tool_choice });
    expect(chatRequestOf(asked)).toMatchObject({ said: { tool_choice: expected } });
  });
});

describe('what goes out', () => {
  it('is decided as a request of the other surface too', () => {
    const smuggling = translation({
      to: chat,
      request: () => ({
        said: { ...chat.request.parse({ messages: hello }), mcp_servers: ['x'] },
        answers: { answer: () => ({}), error: () => ({}), events: () => () => [] },
      }),
    });
    expect(smuggling(parse({}), local, inForce)).toMatchObject({ code: 'KARS_PROVIDER_REACH' });
    expect(messagesOnChat(parse({}), local, inForce)).toMatchObject({ path: '/chat/completions' });
  });

  it('has the bound of output and of input that the other surface has', () => {
    const exchange = messagesOnChat(parse({ max_tokens: 50 }), local, inForce);
    if ('code' in exchange) throw new Error(exchange.reason);
    expect(exchange.demand.output).toBe(50);
    expect(exchange.demand.input()).toBeGreaterThan(100);
    expect(exchange.body(7)).toMatchObject({ max_tokens: 7 });
  });
});
