import { completion } from '../../../support/openai-provider.ts';
import { caseOf } from '../surfaces/cases.ts';

/** An answer that calls a tool, and everything by which a client could learn of the call. */
export interface CallingAnswer {
  readonly surface: string;
  readonly what: string;
  readonly whole: object;
  readonly stream: string;
}

/** What stands in the arguments of every call. */
export const ARGUMENT = 'id-4711';

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** A stream of chat completions with these deltas. */
export const chatStream = (deltas: readonly object[]): string =>
  [...deltas.map((delta) => chunk(delta)), chunk({}, 'tool_calls'), 'data: [DONE]\n\n'].join('');

const named = (event: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

const args = JSON.stringify({ id: ARGUMENT });

function chat(name: string): CallingAnswer[] {
  const call = { id: 'call_1', type: 'function', function: { name, arguments: args } };
  const custom = { id: 'call_1', type: 'custom', custom: { name, input: ARGUMENT } };
  const older = { name, arguments: args };
  const withMessage = (message: object): object => ({
    ...completion(),
    choices: [
      { index: 0, message: { role: 'assistant', ...message }, finish_reason: 'tool_calls' },
    ],
  });
  return [
    {
      surface: 'chat',
      what: 'a function',
      whole: withMessage({ content: null, tool_calls: [call] }),
      stream: chatStream([
        { role: 'assistant', content: null },
        { tool_calls: [{ index: 0, ...call, function: { name, arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: args } }] },
      ]),
    },
    {
      surface: 'chat',
      what: 'a call in one event and without an index',
      whole: withMessage({ tool_calls: [call] }),
      stream: chatStream([{ tool_calls: [call] }]),
    },
    {
      surface: 'chat',
      what: 'a custom tool',
      whole: withMessage({ tool_calls: [custom] }),
      stream: chatStream([{ tool_calls: [{ index: 0, ...custom }] }]),
    },
    {
      surface: 'chat',
      what: 'a function call of the older form',
      whole: withMessage({ function_call: older }),
      stream: chatStream([
        { function_call: { name, arguments: '' } },
        { function_call: { arguments: args } },
      ]),
    },
  ];
}

function response(type: string, fields: object): CallingAnswer {
  const item = { type, id: 'fc_1', call_id: 'call_1', status: 'completed', ...fields };
  const { answer } = caseOf('responses');
  const whole = { ...answer, output: [item] };
  const begun = { ...item, arguments: '', status: 'in_progress' };
  return {
    surface: 'responses',
    what: type,
    whole,
    stream: [
      named({ type: 'response.created', response: { ...whole, output: [], usage: null } }),
      named({ type: 'response.output_item.added', output_index: 0, item: begun }),
      named({
        type: 'response.function_call_arguments.delta',
        item_id: 'fc_1',
        output_index: 0,
        delta: args,
      }),
      named({ type: 'response.output_item.done', output_index: 0, item }),
      named({ type: 'response.completed', response: whole }),
    ].join(''),
  };
}

function message(type: string, name: string): CallingAnswer {
  const block = { type, id: 'toolu_1', name };
  const { answer } = caseOf('messages');
  return {
    surface: 'messages',
    what: type,
    whole: { ...answer, content: [{ ...block, input: { id: ARGUMENT } }] },
    stream: [
      named({ type: 'message_start', message: { ...answer, content: [] } }),
      named({ type: 'content_block_start', index: 0, content_block: { ...block, input: {} } }),
      named({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: args },
      }),
      named({ type: 'content_block_stop', index: 0 }),
      named({ type: 'message_delta', delta: {}, usage: { output_tokens: 7 } }),
      named({ type: 'message_stop' }),
    ].join(''),
  };
}

/** Answers of each surface that call a tool of this name. */
export const callsOf = (name: string): readonly CallingAnswer[] => [
  ...chat(name),
  response('function_call', { name, arguments: args }),
  response('custom_tool_call', { name, input: ARGUMENT }),
  message('tool_use', name),
];

/** Answers by which the provider says that it runs, or has run, something itself. */
export const callsOfProvider = (name: string): readonly CallingAnswer[] => [
  response('web_search_call', { name, action: { query: ARGUMENT } }),
  response('mcp_call', { name, arguments: args }),
  response('something_new', { name, arguments: args }),
  message('server_tool_use', name),
  message('mcp_tool_use', name),
];
