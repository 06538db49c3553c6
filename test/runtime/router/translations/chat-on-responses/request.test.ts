import { describe, expect, it } from 'vitest';
import { chat } from '../../../../../runtime/router/surfaces/chat/chat.ts';
import { chatOnResponses } from '../../../../../runtime/router/translations/chat-on-responses/chat-on-responses.ts';
import { responseRequestOf } from '../../../../../runtime/router/translations/chat-on-responses/response-request-of.ts';
import { inForce, local } from '../in-force.ts';

const hello = [{ role: 'user', content: 'hi' }];

const parse = (body: object) => chat.request.parse({ messages: hello, ...body });

const says = (role: string, ...content: readonly object[]): object => ({
  messages: [{ role, content }],
});

const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };

const FUNCTION = { type: 'function', function: { name: 'search' } };

const CALL = { id: 't1', type: 'function', function: { name: 'search', arguments: '{"q":"a"}' } };

describe('a chat completion as a response', () => {
  it('says the same', () => {
    const schema = { type: 'object', properties: { q: { type: 'string' } } };
    const asked = parse({
      model: 'small',
      max_completion_tokens: 50,
      temperature: 0,
      top_p: 0.9,
      user: 'someone',
      safety_identifier: 's1',
      prompt_cache_key: 'k1',
      service_tier: 'auto',
      reasoning_effort: 'low',
      verbosity: 'high',
      parallel_tool_calls: false,
      stream: true,
      stream_options: { include_usage: true },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', description: 'what', schema, strict: true },
      },
      tools: [
        {
          type: 'function',
          function: { name: 'search', description: 'finds', parameters: schema, strict: true },
          cache_control: { type: 'ephemeral' },
        },
        { type: 'function', function: { name: 'look' } },
        {
          type: 'custom',
          custom: {
            name: 'run',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
          },
        },
        { type: 'custom', custom: { name: 'say' } },
      ],
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'developer', content: [{ type: 'text', text: 'be kind' }] },
        {
          role: 'user',
          content: [
            IMAGE,
            { type: 'image_url', image_url: 'data:,a' },
            {
              type: 'file',
              file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,a' },
            },
            { type: 'text', text: 'what is it?', cache_control: { type: 'ephemeral' } },
          ],
        },
        {
          role: 'assistant',
          content: 'I look.',
          refusal: null,
          annotations: [],
          tool_calls: [CALL, { id: 't2', type: 'custom', custom: { name: 'run', input: 'aa' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: 'found' },
        { role: 'tool', tool_call_id: 't2', content: [{ type: 'text', text: 'a' }, IMAGE] },
        { role: 'assistant', content: null, tool_calls: [{ ...CALL, id: 't3' }] },
        { role: 'tool', tool_call_id: 't3', content: '' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: null, refusal: 'I will not.' },
        { role: 'assistant', content: '' },
      ],
    });
    const image = {
      type: 'input_image',
      image_url: 'data:image/png;base64,iVBORw0KGgo=',
      detail: 'auto',
    };
    expect(responseRequestOf(asked)).toEqual({
      said: {
        model: 'small',
        max_output_tokens: 50,
        temperature: 0,
        top_p: 0.9,
        user: 'someone',
        safety_identifier: 's1',
        prompt_cache_key: 'k1',
        service_tier: 'auto',
        reasoning: { effort: 'low' },
        parallel_tool_calls: false,
        stream: true,
        text: {
          format: {
            type: 'json_schema',
            name: 'answer',
            description: 'what',
            schema,
            strict: true,
          },
          verbosity: 'high',
        },
        tools: [
          {
            type: 'function',
            name: 'search',
            description: 'finds',
            parameters: schema,
            strict: true,
          },
          {
            type: 'function',
            name: 'look',
            parameters: { type: 'object', properties: {} },
            strict: false,
          },
          {
            type: 'custom',
            name: 'run',
            format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
          },
          { type: 'custom', name: 'say' },
        ],
        input: [
          { type: 'message', role: 'system', content: 'be brief' },
          { type: 'message', role: 'developer', content: 'be kind' },
          {
            type: 'message',
            role: 'user',
            content: [
              image,
              { ...image, image_url: 'data:,a' },
              {
                type: 'input_file',
                filename: 'a.pdf',
                file_data: 'data:application/pdf;base64,a',
              },
              { type: 'input_text', text: 'what is it?' },
            ],
          },
          { type: 'message', role: 'assistant', content: 'I look.' },
          { type: 'function_call', call_id: 't1', name: 'search', arguments: '{"q":"a"}' },
          { type: 'custom_tool_call', call_id: 't2', name: 'run', input: 'aa' },
          { type: 'function_call_output', call_id: 't1', output: 'found' },
          {
            type: 'custom_tool_call_output',
            call_id: 't2',
            output: [{ type: 'input_text', text: 'a' }, image],
          },
          { type: 'function_call', call_id: 't3', name: 'search', arguments: '{"q":"a"}' },
          { type: 'function_call_output', call_id: 't3', output: '' },
          {
            type: 'message',
            role: 'assistant',
            content: [
              { type: 'output_text', text: 'a' },
              { type: 'output_text', text: 'b' },
            ],
          },
          {
            type: 'message',
            role: 'assistant',
            content: [{ type: 'refusal', refusal: 'I will not.' }],
          },
          { type: 'message', role: 'assistant', content: '' },
        ],
      },
    });
  });

  it.each<[object, object]>([
    [{ tool_choice: 'auto' }, { tool_choice: 'auto' }],
    [{ tool_choice: 'required' }, { tool_choice: 'required' }],
    [{ tool_choice: FUNCTION }, { tool_choice: { type: 'function', name: 'search' } }],
    [
      { tool_choice: { type: 'custom', custom: { name: 'run' } } },
      { tool_choice: { type: 'custom', name: 'run' } },
    ],
    [
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [FUNCTION] },
        },
      },
      {
        tool_choice: {
          type: 'allowed_tools',
          mode: 'required',
          tools: [{ type: 'function', name: 'search' }],
        },
      },
    ],
    [{ response_format: { type: 'json_object' } }, { text: { format: { type: 'json_object' } } }],
    [{ response_format: { type: 'text' } }, { text: { format: { type: 'text' } } }],
  ])('takes %j', (body, expected) => {
    expect(responseRequestOf(parse(body))).toMatchObject({ said: expected });
  });
});

describe('what goes out', () => {
  it('is kept by nobody, and has the limit of output that the other surface has', () => {
    const exchange = chatOnResponses(parse({ max_completion_tokens: 50 }), local, inForce);
    if ('code' in exchange) throw new Error(exchange.reason);
    expect(exchange.path).toBe('/responses');
    expect(exchange.demand).toMatchObject({ answers: 1, output: 50 });
    expect(exchange.demand.input()).toBeGreaterThan(100);
    expect(exchange.body(7)).toMatchObject({ store: false, max_output_tokens: 7 });
  });

  it('is decided as a response too', () => {
    const url = { type: 'image_url', image_url: { url: 'https://evil.example/a.png' } };
    expect(chatOnResponses(parse(says('user', url)), local, inForce)).toMatchObject({
      code: 'KARS_PROVIDER_REACH',
    });
  });
});
