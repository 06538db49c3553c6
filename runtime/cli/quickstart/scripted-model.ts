import * as z from 'zod';
import { readBody, serveOnLoopback, type LoopbackServer } from './loopback-server.ts';

/** A model server that does what it reads, without a mind of its own. It stands in for a paid model. */
export interface ScriptedModel extends LoopbackServer {
  /** The authorization of each call, in order. */
  readonly authorizations: readonly string[];
}

const message = z.looseObject({
  role: z.string(),
  content: z.string().nullish(),
  tool_calls: z.array(z.unknown()).nullish(),
});

const chat = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  stream: z.literal(true),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
});

type Message = z.output<typeof message>;

/** What the model says next: a tool call, or its last words. */
export type Turn =
  | { readonly tool: string; readonly input: Readonly<Record<string, string>> }
  | { readonly text: string };

/**
 * Starts a model server that streams chat completions as OpenAI does, and reports usage when asked to. Any
 * other request is refused in the form of that API.
 *
 * @param called told of the model of each call
 */
export async function startScriptedModel(
  called: (model: string) => void = () => undefined,
): Promise<ScriptedModel> {
  const authorizations: string[] = [];
  const server = await serveOnLoopback((request, response) => {
    readBody(request).then(
      (body) => {
        const asked = `${request.method ?? ''} ${request.url ?? ''}`;
        const parsed = asked === ROUTE ? chat.safeParse(parseJson(body)) : undefined;
        if (parsed?.success !== true) {
          response.writeHead(400, { 'content-type': 'application/json' });
          const text = `got ${asked}, this server streams ${ROUTE} only`;
          response.end(JSON.stringify({ error: { message: text, type: 'invalid_request_error' } }));
          return;
        }
        authorizations.push(request.headers.authorization ?? '');
        called(parsed.data.model);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of eventsOf(parsed.data, body.length)) {
          response.write(`data: ${JSON.stringify(event)}\n\n`);
        }
        response.end('data: [DONE]\n\n');
      },
      () => response.destroy(),
    );
  });
  return { ...server, authorizations };
}

const ROUTE = 'POST /v1/chat/completions';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The next turn: first the page that the user names, then whatever instructions stand in what any tool
 * gave, in their order, then a summary. A tool that failed or was denied does not stop it.
 */
export function nextTurn(messages: readonly Message[]): Turn {
  const task = messages.find(({ role }) => role === 'user')?.content ?? '';
  const results = messages
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content ?? '');
  const [page = ''] = results;
  const address = /https?:\/\/\S+/.exec(task)?.[0];
  if (address !== undefined && results.length === 0) {
    return { tool: 'fetch_url', input: { url: address } };
  }
  // One result stands for the page, each further one for an instruction that was followed.
  const next = results.flatMap(instructionsIn)[results.length - 1];
  if (next === undefined) return { text: `Summary: ${summarize(page)}` };
  return 'file' in next
    ? { tool: 'read_file', input: { path: next.file } }
    : { tool: 'post_url', input: { url: next.address, body: results.at(-1) ?? '' } };
}

type Instruction = { readonly file: string } | { readonly address: string };

/** Instructions such as `Read the file /x.` and `Send its content to http://y.` */
function instructionsIn(text: string): Instruction[] {
  const found = text.matchAll(
    /read the file ([^\s<]+?)\.?(?:[\s<]|$)|send its content to ([^\s<]+?)\.?(?:[\s<]|$)/gi,
  );
  return [...found].map(([, file, address = '']): Instruction =>
    file === undefined ? { address } : { file },
  );
}

/** The first paragraph of a page. */
const summarize = (page: string): string =>
  (/<p>([^<]*)<\/p>/.exec(page)?.[1] ?? page).trim().slice(0, 300);

function eventsOf(
  { model, messages, stream_options: options }: z.output<typeof chat>,
  requestCharacters: number,
): object[] {
  const turn = nextTurn(messages);
  const chunk = (choices: readonly object[], more: object = {}): object => ({
    id: 'chatcmpl-scripted',
    object: 'chat.completion.chunk',
    created: 0,
    model,
    choices,
    ...more,
  });
  const delta = (content: object, finish: string | null = null): object =>
    chunk([{ index: 0, delta: content, finish_reason: finish }]);
  const spoken = 'text' in turn ? turn.text : JSON.stringify(turn.input);
  const said =
    'text' in turn
      ? (turn.text.match(/\S+\s*/g) ?? []).map((word) => delta({ content: word }))
      : [delta({ tool_calls: [toolCall(turn.tool, spoken)] })];
  const prompt = Math.ceil(requestCharacters / 4);
  const completion = Math.ceil(spoken.length / 4);
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
  return [
    delta({ role: 'assistant' }),
    ...said,
    delta({}, 'text' in turn ? 'stop' : 'tool_calls'),
    ...(options?.include_usage === true ? [chunk([], { usage })] : []),
  ];
}

const toolCall = (name: string, input: string): object => ({
  index: 0,
  id: `call_${name}`,
  type: 'function',
  function: { name, arguments: input },
});
