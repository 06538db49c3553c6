import { describe, expect, it } from 'vitest';
import { chat } from '../../../../../runtime/router/surfaces/chat/chat.ts';
import { responseRequestOf } from '../../../../../runtime/router/translations/chat-on-responses/response-request-of.ts';

const hello = [{ role: 'user', content: 'hi' }];

const parse = (body: object) => chat.request.parse({ messages: hello, ...body });

const says = (role: string, ...content: readonly object[]): object => ({
  messages: [{ role, content }],
});

const message = (value: object): object => ({ messages: [{ role: 'assistant', ...value }] });

const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };

const CALL = { id: 't1', type: 'function', function: { name: 'search', arguments: '{"q":"a"}' } };

describe('a chat completion that a response cannot carry', () => {
  it.each<[string, object]>([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['top_logprobs', { top_logprobs: 2 }],
    ['stop', { stop: ['END'] }],
    ['seed', { seed: 7 }],
    ['logit_bias', { logit_bias: { 50256: -100 } }],
    ['frequency_penalty', { frequency_penalty: 0.5 }],
    ['presence_penalty', { presence_penalty: -1 }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['top_k', { top_k: 40 }],
    ['guided_json', { guided_json: {} }],
    ['reasoning', { reasoning: { effort: 'low' } }],
    ['functions', { functions: [{ name: 'search' }] }],
    ['function_call', { function_call: 'auto' }],
    ['tools[0] of type "search"', { tools: [{ type: 'search' }] }],
    ['tools[0] of type "function"', { tools: [{ type: 'function' }] }],
    ['tool_choice "search"', { tool_choice: 'search' }],
    ['tool_choice of type "search"', { tool_choice: { type: 'search' } }],
    ['tool_choice of type "function"', { tool_choice: { type: 'function', name: 'search' } }],
    [
      'tool_choice without a list of tools and a mode',
      { tool_choice: { type: 'allowed_tools', allowed_tools: { tools: [] } } },
    ],
    [
      'tool_choice.tools[0] of type "x"',
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'x' }] },
        },
      },
    ],
    ['response_format of type "grammar"', { response_format: { type: 'grammar' } }],
    ['response_format of type "json_schema"', { response_format: { type: 'json_schema' } }],
    [
      'response_format.json_schema.regex',
      { response_format: { type: 'json_schema', json_schema: { name: 'a', regex: 'b' } } },
    ],
    ['messages[0] of role "function"', says('function')],
    ['messages[0] without a tool_call_id', says('tool')],
    ['messages[0].name', { messages: [{ role: 'user', content: 'hi', name: 'bob' }] }],
    ['messages[0].function_call', message({ function_call: { name: 'a', arguments: '' } })],
    ['messages[0].reasoning_content', message({ content: 'a', reasoning_content: 'b' })],
    ['messages[0].tool_calls that is no list', message({ tool_calls: { 0: CALL } })],
    [
      'messages[0].tool_calls[1] that is no call of a tool',
      message({ tool_calls: [CALL, { id: 't2', type: 'custom', function: {} }] }),
    ],
    [
      'messages[0].tool_calls[0].extra_content',
      message({ tool_calls: [{ ...CALL, extra_content: { signature: 'x' } }] }),
    ],
    ['messages[0].content[0] of type "input_audio"', says('user', { type: 'input_audio' })],
    ['messages[0].content[0] of type "video_url"', says('user', { type: 'video_url' })],
    ['messages[0].content[0] of type "image_url"', says('system', IMAGE)],
    ['messages[0].content[0] of type "thinking"', says('assistant', { type: 'thinking' })],
    [
      'messages[0].content[0].annotations',
      says('assistant', { type: 'text', text: 'a', annotations: [1] }),
    ],
  ])('is refused by name: %s', (what, body) => {
    expect(responseRequestOf(parse(body))).toMatchObject({
      denial: {
        code: 'KARS_NOT_TRANSLATABLE',
        reason: `got ${what}, which the Responses API does not have`,
      },
    });
  });

  it('is none where it says what is so without a word', () => {
    const quiet = {
      n: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      logit_bias: {},
      logprobs: false,
      stop: null,
      functions: [],
      modalities: ['text'],
      store: false,
    };
    expect(responseRequestOf(parse(quiet))).toEqual(responseRequestOf(parse({})));
  });
});
