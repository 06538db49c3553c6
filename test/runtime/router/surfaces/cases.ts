import type { ProviderApi } from 'kars-constructs/contract';
import { completion, streamText, type Behaviour } from '../../../support/openai-provider.ts';

/** One way to use a model, as a client and a provider have it. */
export interface SurfaceCase {
  readonly surface: string;
  readonly api: ProviderApi;
  readonly path: string;
  /** Where the provider has it. */
  readonly upstreamPath: string;
  /** A request that the policies of the tests allow, without a model and without a limit. */
  readonly request: Readonly<Record<string, unknown>>;
  /** A whole answer, which reports 11 tokens of input and 7 of output, or none where there is none. */
  readonly answer: object;
  readonly output: number;
  /** Fields by which the provider would act for the agent. */
  readonly reaching: Readonly<Record<string, unknown>>;
  /** Its field for a limit of output. */
  readonly limit?: string;
  /** The answer as a stream. */
  readonly stream?: string;
}

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'small',
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'hello', annotations: [] }],
    },
  ],
  usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
};

const named = (event: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

const delta = (text: string): string =>
  named({
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: text,
  });

const text = (value: string): object => ({ index: 0, text: value, finish_reason: null });

const textChunk = (choices: readonly object[], more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'text_completion', created: 1, model: 'small', choices, ...more })}\n\n`;

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

const ofOpenAi: readonly Omit<SurfaceCase, 'api' | 'reaching' | 'upstreamPath'>[] = [
  {
    surface: 'chat',
    path: '/v1/chat/completions',
    request: { messages: [{ role: 'user', content: 'hi' }] },
    answer: completion(),
    output: 7,
    limit: 'max_tokens',
    stream: streamText(['hello ', 'world']),
  },
  {
    surface: 'completions',
    path: '/v1/completions',
    request: { prompt: 'hi' },
    answer: {
      id: 'c1',
      object: 'text_completion',
      created: 1,
      model: 'small',
      choices: [{ ...text('hello'), finish_reason: 'stop' }],
      usage: USAGE,
    },
    output: 7,
    limit: 'max_tokens',
    stream: [
      textChunk([text('hello ')]),
      textChunk([text('world')]),
      textChunk([], { usage: USAGE }),
      'data: [DONE]\n\n',
    ].join(''),
  },
  {
    surface: 'embeddings',
    path: '/v1/embeddings',
    request: { input: 'hi' },
    answer: {
      object: 'list',
      model: 'small',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
      usage: { prompt_tokens: 11, total_tokens: 11 },
    },
    output: 0,
  },
  {
    surface: 'responses',
    path: '/v1/responses',
    request: { input: 'hi' },
    answer: RESPONSE,
    output: 7,
    limit: 'max_output_tokens',
    stream: [
      named({ type: 'response.created', response: { ...RESPONSE, output: [], usage: null } }),
      delta('hello '),
      delta('world'),
      named({ type: 'response.completed', response: RESPONSE }),
    ].join(''),
  },
];

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'small',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 4,
    cache_creation_input_tokens: 5,
    cache_read_input_tokens: 2,
    output_tokens: 7,
  },
};

const textDelta = (value: string): string =>
  named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: value } });

const message: Omit<SurfaceCase, 'path'> = {
  surface: 'messages',
  api: 'anthropic',
  upstreamPath: '/v1/messages',
  request: { messages: [{ role: 'user', content: 'hi' }] },
  answer: MESSAGE,
  output: 7,
  reaching: {
    container: 'container_1',
    context_management: { edits: [] },
    fallbacks: ['other'],
    mcp_servers: [{ type: 'url', url: 'https://evil.example', name: 'evil' }],
  },
  limit: 'max_tokens',
  stream: [
    named({
      type: 'message_start',
      message: { ...MESSAGE, content: [], usage: { ...MESSAGE.usage, output_tokens: 1 } },
    }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    named({ type: 'ping' }),
    textDelta('hello '),
    textDelta('world'),
    named({ type: 'content_block_stop', index: 0 }),
    named({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 7 },
    }),
    named({ type: 'message_stop' }),
  ].join(''),
};

/** Every surface. */
export const surfaceCases: readonly SurfaceCase[] = [
  ...ofOpenAi.map((one) => ({
    ...one,
    api: 'openai' as const,
    upstreamPath: one.path,
    reaching: {
      conversation: 'conv_1',
      models: ['other'],
      store: true,
      web_search_options: {},
    },
  })),
  { ...message, path: '/v1/messages' },
  { ...message, path: '/anthropic/v1/messages' },
];

/** The one of a name. */
export function caseOf(surface: string): SurfaceCase {
  const found = surfaceCases.find((one) => one.surface === surface);
  if (found === undefined) throw new Error(`there is no case for ${surface}`);
  return found;
}

/** Answers as the case says. */
export const behaviourOf =
  ({ answer, stream }: SurfaceCase): Behaviour =>
  ({ body }, response) => {
    const isStream = body['stream'] === true;
    response.writeHead(200, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    });
    response.end(isStream ? stream : JSON.stringify(answer));
  };
