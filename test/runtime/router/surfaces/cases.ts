import { completion, streamText, type Behaviour } from '../../../support/openai-provider.ts';

/** One way to use a model, as a client and a provider have it. */
export interface SurfaceCase {
  readonly surface: string;
  readonly path: string;
  /** A request that the policies of the tests allow, without a model and without a limit. */
  readonly request: Readonly<Record<string, unknown>>;
  /** A whole answer, which reports 11 tokens of input and 7 of output, or none where there is none. */
  readonly answer: object;
  readonly output: number;
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

/** Every surface of OpenAI's API. */
export const openAiCases: readonly SurfaceCase[] = [
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
