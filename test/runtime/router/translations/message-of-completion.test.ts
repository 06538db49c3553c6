import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../../../runtime/router/surfaces/surface.ts';
import { MessageEvents } from '../../../../runtime/router/translations/messages-on-chat/message-events.ts';
import { messageOf } from '../../../../runtime/router/translations/messages-on-chat/message-of.ts';

const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
};

const call = (id: string, args: string): object => ({
  id,
  type: 'function',
  function: { name: 'search', arguments: args },
});

const completion = (message: object, finish_reason = 'stop'): object => ({
  id: 'c1',
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  usage: USAGE,
});

/** The message that the official client would put together of events. */
function accumulate(events: readonly ServerEvent[]): Record<string, unknown> {
  let message: Record<string, unknown> = {};
  const blocks: Record<string, unknown>[] = [];
  const json: string[] = [];
  for (const { event, data } of events) {
    const value = JSON.parse(data) as Record<string, Record<string, unknown>> & { index: number };
    if (event === 'message_start') message = { ...value['message'] };
    if (event === 'content_block_start') {
      blocks[value.index] = { ...value['content_block'] };
      json[value.index] = '';
    }
    if (event === 'content_block_delta') {
      const block = blocks[value.index] ?? {};
      const { text, partial_json: part } = value['delta'] ?? {};
      if (typeof text === 'string') block['text'] = `${String(block['text'])}${text}`;
      if (typeof part === 'string') json[value.index] = `${json[value.index] ?? ''}${part}`;
    }
    if (event === 'content_block_stop' && json[value.index] !== '') {
      const block = blocks[value.index] ?? {};
      block['input'] = JSON.parse(json[value.index] ?? '');
    }
    if (event === 'message_delta')
      message = { ...message, ...value['delta'], usage: value['usage'] };
  }
  return { ...message, content: blocks };
}

const chunk = (delta: object, more: object = {}): ServerEvent => ({
  event: undefined,
  data: JSON.stringify({ id: 'c1', model: 'small', choices: [{ index: 0, delta, ...more }] }),
});

function eventsOf(chunks: readonly ServerEvent[]): ServerEvent[] {
  const { read } = new MessageEvents();
  return chunks.flatMap((one) => {
    const events = read(one);
    if ('code' in events) throw new Error(events.reason);
    return [...events];
  });
}

const called = (id: string, name: string, index: number): object => ({
  index,
  id,
  function: { name, arguments: '' },
});

const END: readonly ServerEvent[] = [
  { event: undefined, data: JSON.stringify({ choices: [], usage: USAGE }) },
  { event: undefined, data: '[DONE]' },
];

const cutInto = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_none, index) =>
    text.slice(index * size, (index + 1) * size),
  );

describe('a chat completion as a message', () => {
  it('has text, calls of tools, the reason of its end and usage', () => {
    expect(
      messageOf(completion({ content: 'I look.', tool_calls: [call('t1', '{"q":"a"}')] })),
    ).toEqual({
      id: 'c1',
      type: 'message',
      role: 'assistant',
      model: 'small',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 't1', name: 'search', input: { q: 'a' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 7, cache_read_input_tokens: 4, output_tokens: 7 },
    });
  });

  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content_filter', 'refusal'],
    ['tool_calls', 'tool_use'],
    ['something else', 'end_turn'],
  ])('ends by %s as by %s', (finish, expected) => {
    expect(messageOf(completion({ content: 'a' }, finish))).toMatchObject({
      stop_reason: expected,
    });
  });

  it.each<[string, unknown]>([
    ['no choice', { choices: [] }],
    ['content in parts', completion({ content: [{ type: 'text', text: 'a' }] })],
    ['a call without a name', completion({ tool_calls: [{ id: '1', function: {} }] })],
    ['arguments that are no object', completion({ tool_calls: [call('1', '[1]')] })],
    ['arguments that are cut', completion({ tool_calls: [call('1', '{"q":')] })],
  ])('is invalid with %s', (_what, value) => {
    expect(messageOf(value)).toMatchObject({ code: 'KARS_UPSTREAM_INVALID' });
  });

  it('is the same message, streamed in whatever pieces', () => {
    const argument = fc
      .dictionary(fc.string(), fc.string(), { maxKeys: 3 })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(argument, { maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (content, args, size, areNumbered) => {
          const pieces = (one: string): string[] =>
            areNumbered ? ['', ...cutInto(one, size)] : [one];
          const calls = args.map((one, index) => call(`t${index}`, one));
          const finish = calls.length > 0 ? 'tool_calls' : 'stop';
          const whole = messageOf(completion({ content, tool_calls: calls }, finish));
          const streamed = eventsOf([
            chunk({ role: 'assistant', content: '' }),
            ...cutInto(content, size).map((text) => chunk({ content: text })),
            ...args.flatMap((one, index) =>
              pieces(one).map((part, at) => {
                const number = areNumbered ? { index } : {};
                const named = at === 0 ? { id: `t${index}` } : {};
                const name = at === 0 ? { name: 'search' } : {};
                const called = { ...number, ...named, function: { ...name, arguments: part } };
                return chunk({ tool_calls: [called] });
              }),
            ),
            chunk({}, { finish_reason: finish }),
            ...END,
          ]);
          expect(accumulate(streamed)).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each<[string, object]>([
    ['a part of a call that nobody began', { tool_calls: [{ function: { arguments: '{}' } }] }],
    ['a call without a name', { tool_calls: [{ id: 't1', function: { arguments: '{}' } }] }],
    ['content in parts', { content: [{ type: 'text', text: 'a' }] }],
    [
      'two calls of one number',
      { tool_calls: [called('t1', 'search', 0), called('t2', 'search', 0)] },
    ],
    [
      'a call that goes on behind another',
      { tool_calls: [called('t1', 'a', 0), called('t2', 'a', 1), called('t1', 'a', 0)] },
    ],
  ])('is invalid, streamed, with %s', (_what, delta) => {
    expect(new MessageEvents().read(chunk(delta))).toMatchObject({ code: 'KARS_UPSTREAM_INVALID' });
  });

  it('is invalid where the stream has an error instead', () => {
    const error = { event: undefined, data: '{"error":{"message":"busy"}}' };
    expect(new MessageEvents().read(error)).toMatchObject({ code: 'KARS_UPSTREAM_INVALID' });
  });

  it('is a message without content where nothing is said', () => {
    expect(eventsOf(END).map(({ event }) => event)).toEqual([
      'message_start',
      'message_delta',
      'message_stop',
    ]);
  });
});
