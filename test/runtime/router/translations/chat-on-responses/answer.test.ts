import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../../../runtime/router/limits.ts';
import { ChatChunks } from '../../../../../runtime/router/translations/chat-on-responses/chat-chunks.ts';
import { completionOf } from '../../../../../runtime/router/translations/chat-on-responses/completion-of.ts';
import { accumulate, assistant, chunksOf } from './chat-client.ts';
import {
  calling,
  callingCustom,
  eventsOf,
  refusing,
  response,
  saying,
  thinking,
  type Item,
  type StreamEvent,
} from './responses-provider.ts';

describe('a response as a chat completion', () => {
  it('has text, calls of tools, the reason of its end and usage', () => {
    const items = [thinking, saying('I ', 'look.'), calling('t1', '{"q":"a"}')];
    expect(completionOf(response([...items, callingCustom('t2', 'aa', 'run')]))).toEqual({
      id: 'resp_1',
      object: 'chat.completion',
      created: 1,
      model: 'small',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'I look.',
            refusal: null,
            tool_calls: [
              { id: 't1', type: 'function', function: { name: 'search', arguments: '{"q":"a"}' } },
              { id: 't2', type: 'custom', custom: { name: 'run', input: 'aa' } },
            ],
          },
          finish_reason: 'tool_calls',
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: 11,
        completion_tokens: 7,
        total_tokens: 18,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    });
  });

  it.each<[string, readonly Item[], object]>([
    ['null beside calls', [calling('t1', '{}')], { content: null, refusal: null }],
    ['null beside a refusal', [refusing('no')], { content: null, refusal: 'no' }],
    ['empty where nothing is said', [thinking], { content: '', refusal: null }],
  ])('has content that is %s', (_what, items, message) => {
    expect(completionOf(response(items))).toMatchObject({ choices: [{ message }] });
  });

  const cut = (reason: string): object => ({
    status: 'incomplete',
    incomplete_details: { reason },
  });

  it.each<[string, readonly Item[], object]>([
    ['stop', [saying('a')], {}],
    ['stop', [refusing('no')], {}],
    ['stop', [saying('a')], { status: null }],
    ['tool_calls', [calling('t1', '{}')], {}],
    ['length', [saying('a')], cut('max_output_tokens')],
    ['length', [calling('t1', '{"q":')], cut('max_output_tokens')],
    ['length', [saying('a')], cut('something else')],
    ['length', [saying('a')], { status: 'incomplete' }],
    ['content_filter', [saying('a')], cut('content_filter')],
  ])('ends by %s: %j %j', (reason, items, more) => {
    expect(completionOf(response(items, more))).toMatchObject({
      choices: [{ finish_reason: reason }],
    });
  });

  it.each<[string, unknown]>([
    ['no object', 'a'],
    ['items that are no list', response([], { output: 'a' })],
    ['the status "in_progress"', response([], { status: 'in_progress' })],
    ['an item of the provider', response([{ type: 'web_search_call', id: 'ws_1' }])],
    ['an item that nobody knows', response([{ type: 'new' }])],
    ['text that is none', response([{ type: 'message', content: [{ type: 'output_text' }] }])],
    ['a call without a name', response([{ type: 'function_call', call_id: 't1' }])],
    ['a call without an id', response([{ type: 'function_call', name: 'search' }])],
  ])('is invalid with %s', (_what, value) => {
    expect(completionOf(value)).toMatchObject({ code: 'KARS_UPSTREAM_INVALID' });
  });

  it('says why it failed', () => {
    const failed = response([], { status: 'failed', error: { code: 'x', message: 'too busy' } });
    expect(completionOf(failed)).toMatchObject({
      code: 'KARS_UPSTREAM_INTERRUPTED',
      reason: 'the provider failed at the response: too busy',
    });
  });
});

const args = fc
  .dictionary(fc.string(), fc.string(), { maxKeys: 3 })
  .map((one) => JSON.stringify(one));

const text = fc.string({ unit: 'binary' });

const item = fc.oneof(
  fc.constant(thinking),
  fc.array(text, { maxLength: 2 }).map((texts) => saying(...texts)),
  text.map(refusing),
  args.map((one) => calling('', one)),
  text.map((one) => callingCustom('', one)),
);

/** Items whose calls have ids of their own. */
const items = fc
  .array(item, { maxLength: 5 })
  .map((all) => all.map((one, at) => ('call_id' in one ? { ...one, call_id: `t${at}` } : one)));

const ends = fc.constantFrom<object>(
  {},
  { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
);

/** Kinds of events without which the others still say everything. */
const LEFT_OUT: readonly ((event: StreamEvent) => StreamEvent[])[] = [
  (event) => [event],
  (event) => (event.type.endsWith('.delta') ? [] : [event]),
  (event) => (event.type.endsWith('.done') ? [] : [event]),
  (event) => (/^response\.(created|in_progress|content_part)/.test(event.type) ? [] : [event]),
  (event) => (/^response\.(completed|incomplete)$/.test(event.type) ? [event] : []),
  (event) => {
    if (event.type !== 'response.completed') return [event];
    return [{ ...event, response: { ...(event['response'] as object), output: [] } }];
  },
];

describe('a response, streamed, as a chat completion', () => {
  it('is the same in whatever pieces, whatever of what is told twice is left out', () => {
    fc.assert(
      fc.property(
        items,
        ends,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...LEFT_OUT),
        (output, end, size, leaveOut) => {
          const events = eventsOf(output, size, end).flatMap(leaveOut);
          const streamed = accumulate(chunksOf(events));
          expect(streamed).toEqual(assistant(completionOf(response(output, end))));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reports usage where the client asks for it alone', () => {
    const events = eventsOf([saying('a')]);
    expect(accumulate(chunksOf(events, false)).usage).toBeUndefined();
    expect(accumulate(chunksOf(events, true)).usage).toMatchObject({ total_tokens: 18 });
  });

  const added = (place: number, one: Item): StreamEvent => ({
    type: 'response.output_item.added',
    output_index: place,
    item: one,
  });
  const done = (place: number, one: Item): StreamEvent => ({
    ...added(place, one),
    type: 'response.output_item.done',
  });
  const delta = (type: string, place: number, piece: unknown): StreamEvent => ({
    type: `response.${type}.delta`,
    output_index: place,
    delta: piece,
  });
  const argue = (place: number, piece: string): StreamEvent =>
    delta('function_call_arguments', place, piece);
  const call = (id: string): Item => calling(id, '{}');

  it.each<[string, readonly StreamEvent[]]>([
    ['a piece of a call that nobody began', [argue(0, '{}')]],
    ['a piece of a call of another kind', [added(0, callingCustom('t1', '')), argue(0, '{}')]],
    ['a piece of a place of another item', [added(0, call('t1')), argue(1, '{}')]],
    ['a piece that is none', [delta('output_text', 0, 7)]],
    ['two calls of one place', [added(0, call('t1')), added(0, call('t2'))]],
    ['two calls of one id', [added(0, call('t1')), added(1, call('t1'))]],
    ['a call that changes', [added(0, call('t1')), done(0, calling('t1', '{}', 'look'))]],
    [
      'arguments that change',
      [added(0, call('t1')), argue(0, '{"q":'), done(0, calling('t1', '{"r":1}'))],
    ],
    ['text that changes', [delta('output_text', 0, 'no'), done(0, saying('yes'))]],
    ['an item that nobody knows', [added(0, { type: 'new' })]],
    [
      'an item that the end alone has, and nobody knows',
      [{ type: 'response.completed', response: response([{ type: 'new' }]) }],
    ],
    ['an item without a place', [{ type: 'response.output_item.done', item: saying('a') }]],
    ['an end that is none', [{ type: 'response.completed', response: { status: 'queued' } }]],
  ])('is invalid with %s', (_what, events) => {
    expect(() => chunksOf(events)).toThrow('KARS_UPSTREAM_INVALID');
  });

  it('is invalid with more text than a whole answer may have', () => {
    const many = delta('output_text', 0, 'x'.repeat(limits.eventBytes));
    const most = Math.ceil(limits.answerBytes / limits.eventBytes);
    expect(() => chunksOf(Array.from({ length: most }, () => many))).toThrow('more text than');
  });

  it.each<[string, StreamEvent]>([
    [
      'a response that failed',
      {
        type: 'response.failed',
        response: response([], { status: 'failed', error: { message: 'too busy' } }),
      },
    ],
    ['an error', { type: 'error', code: 'x', message: 'too busy', param: null }],
    ['an error in an error', { type: 'error', error: { message: 'too busy' } }],
  ])('says why it failed: %s', (_what, event) => {
    const { read } = new ChatChunks(false);
    expect(read({ event: event.type, data: JSON.stringify(event) })).toMatchObject({
      code: 'KARS_UPSTREAM_INTERRUPTED',
      reason: 'the provider failed at the response: too busy',
    });
  });
});
