import type { Behaviour, ProviderRequest } from '../../../../support/openai-provider.ts';
import { policies } from '../../support.ts';

/** An item of a response. */
export type Item = Readonly<Record<string, unknown>>;

const USAGE = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 18,
};

/** A response with these items. */
export const response = (output: readonly Item[], more: object = {}): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'small',
  status: 'completed',
  error: null,
  incomplete_details: null,
  output,
  usage: USAGE,
  ...more,
});

/** Something said, in parts. */
export const saying = (...texts: readonly string[]): Item => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: texts.map((text) => ({ type: 'output_text', text, annotations: [] })),
});

/** A refusal of the model. */
export const refusing = (refusal: string): Item => ({
  ...saying(),
  content: [{ type: 'refusal', refusal }],
});

/** What a model has thought. */
export const thinking: Item = { type: 'reasoning', id: 'rs_1', summary: [] };

/** A call of a function. */
export const calling = (id: string, args: string, name = 'search'): Item => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: args,
  status: 'completed',
});

/** A call of a tool that takes text. */
export const callingCustom = (id: string, input: string, name = 'search'): Item => ({
  type: 'custom_tool_call',
  id: `ctc_${id}`,
  call_id: id,
  name,
  input,
});

/** An event of a stream. */
export type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

const cutInto = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_none, index) =>
    text.slice(index * size, (index + 1) * size),
  );

/** What of an item comes in pieces, by the name of its events. */
const PIECES: Readonly<Record<string, readonly [member: string, event: string]>> = {
  output_text: ['text', 'response.output_text'],
  refusal: ['refusal', 'response.refusal'],
  function_call: ['arguments', 'response.function_call_arguments'],
  custom_tool_call: ['input', 'response.custom_tool_call_input'],
};

function piecesOf(part: Item, place: object, size: number): StreamEvent[] {
  const [member, event] = PIECES[String(part['type'])] ?? [];
  if (member === undefined || event === undefined) return [];
  const whole = String(part[member]);
  return [
    ...cutInto(whole, size).map((delta) => ({ type: `${event}.delta`, ...place, delta })),
    { type: `${event}.done`, ...place, [member]: whole },
  ];
}

function eventsOfItem(item: Item, index: number, size: number): StreamEvent[] {
  const place = { item_id: item['id'], output_index: index };
  const content = (item['content'] ?? []) as readonly Item[];
  const member = PIECES[String(item['type'])]?.[0];
  const begun = { ...item, ...(item['content'] === undefined ? {} : { content: [] }) };
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: member === undefined ? begun : { ...begun, [member]: '' },
    },
    ...content.flatMap((part, at) => {
      const where = { ...place, content_index: at };
      return [
        { type: 'response.content_part.added', ...where, part },
        ...piecesOf(part, where, size),
        { type: 'response.content_part.done', ...where, part },
      ];
    }),
    ...piecesOf(item, place, size),
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

/** The events of a response that is streamed, as OpenAI sends them. */
export const eventsOf = (output: readonly Item[], size = 3, more: object = {}): StreamEvent[] => {
  const whole = response(output, more);
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  return [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...output.flatMap((item, index) => eventsOfItem(item, index, size)),
    {
      type: 'status' in more ? `response.${String(more.status)}` : 'response.completed',
      response: whole,
    },
  ];
};

/** The bytes of a stream. */
export const textOf = (events: readonly StreamEvent[]): string =>
  events
    .map(
      (event, sequence_number) =>
        `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`,
    )
    .join('');

/** Answers as the Responses API does, and nothing at another path. */
export const answering =
  (output: (request: ProviderRequest) => readonly Item[], more: object = {}): Behaviour =>
  (request, answer) => {
    if (request.url !== '/v1/responses') {
      answer.writeHead(404, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ error: { message: 'unsupported', code: 'unsupported' } }));
      return;
    }
    const isStream = request.body['stream'] === true;
    answer.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    const items = output(request);
    answer.end(isStream ? textOf(eventsOf(items, 3, more)) : JSON.stringify(response(items, more)));
  };

/** Policies under which a model is served by responses alone. */
export const responsesOnly = {
  ...policies,
  'inference-policy': {
    ...policies['inference-policy'],
    models: [{ provider: 'local', deployment: 'small', api: 'responses' as const }],
  },
};
