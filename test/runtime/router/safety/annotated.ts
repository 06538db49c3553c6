/** What Azure OpenAI says of content, all of it safe but what is named. */
export const annotation = (levels: Readonly<Record<string, unknown>> = {}): object =>
  Object.fromEntries(
    Object.entries({
      hate: 'safe',
      self_harm: 'safe',
      sexual: 'safe',
      violence: 'safe',
      ...levels,
    }).map(([category, severity]) => [category, { filtered: false, severity }]),
  );

/** What it says of a prompt. */
export const PROMPT = {
  prompt_index: 0,
  content_filter_results: { ...annotation(), jailbreak: { filtered: false, detected: false } },
};

/** A chat completion with these choices. */
export const completionOf = (
  choices: readonly object[],
  prompts: unknown = [PROMPT],
): Record<string, unknown> => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices,
  ...(prompts === undefined ? {} : { prompt_filter_results: prompts }),
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
});

const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

/** One piece of what a model says, and what is said of it. */
export interface Piece {
  readonly answer: number;
  readonly text: string;
  /** Undefined where nothing is said of it. */
  readonly results: unknown;
}

/** How a surface streams pieces. */
export interface StreamedSurface {
  readonly name: string;
  readonly stream: (pieces: readonly Piece[], prompt: unknown) => string;
  /** What the frames that a client got say. */
  readonly textOf: (frames: string) => string;
}

const dataIn = (frames: string): Record<string, unknown>[] =>
  frames
    .split('\n\n')
    .flatMap((one) => one.split('\n').filter((line) => line.startsWith('data: {')))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);

const chunks = (
  name: string,
  choiceOf: (text: string) => object,
  say: (choice: never) => string,
): StreamedSurface => ({
  name,
  stream: (pieces, prompt) =>
    [
      frame({ choices: [], ...(prompt === undefined ? {} : { prompt_filter_results: prompt }) }),
      ...pieces.map(({ answer, text, results }) =>
        frame({
          choices: [
            {
              index: answer,
              ...choiceOf(text),
              ...(results === undefined ? {} : { content_filter_results: results }),
            },
          ],
        }),
      ),
      frame({ choices: [{ index: 0, ...choiceOf(''), finish_reason: 'stop' }] }),
      'data: [DONE]\n\n',
    ].join(''),
  textOf: (frames) =>
    dataIn(frames)
      .flatMap(({ choices = [] }) => choices as never[])
      .map(say)
      .join(''),
});

/** Chat completions as chunks. */
export const chatChunks = chunks(
  'chat',
  (content) => ({ delta: { content } }),
  ({ delta }: { delta: { content: string } }) => delta.content,
);

/** Completions as chunks. */
export const textChunks = chunks(
  'completions',
  (text) => ({ text }),
  ({ text }: { text: string }) => text,
);

const event = (data: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\n${frame(data)}`;

/** A response as events: all is said of it at its end. */
export const responseEvents: StreamedSurface = {
  name: 'responses',
  stream: (pieces, prompt) => {
    const filters = [
      ...(Array.isArray(prompt) ? prompt : []).map((one: { content_filter_results: unknown }) => ({
        source_type: 'prompt',
        content_filter_results: one.content_filter_results,
      })),
      ...pieces.flatMap(({ results }) =>
        results === undefined
          ? []
          : [{ source_type: 'completion', content_filter_results: results }],
      ),
    ];
    return [
      event({ type: 'response.created', response: { id: 'r', output: [] } }),
      ...pieces.map(({ text: delta }) =>
        event({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta }),
      ),
      event({
        type: 'response.completed',
        response: { id: 'r', output: [], content_filters: filters },
      }),
    ].join('');
  },
  textOf: (frames) =>
    dataIn(frames)
      .map(({ delta }) => (typeof delta === 'string' ? delta : ''))
      .join(''),
};
