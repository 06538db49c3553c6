import { z } from 'zod';
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

const chat = z.looseObject({ model: z.string(), messages: z.array(message) });

type Message = z.output<typeof message>;

/** What the model says next: a tool call, or its last words. */
export type Turn =
  | { readonly tool: string; readonly input: Readonly<Record<string, string>> }
  | { readonly text: string };

/** Starts an OpenAI-compatible model server that streams and reports usage. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const authorizations: string[] = [];
  const server = await serveOnLoopback((request, response) => {
    authorizations.push(request.headers.authorization ?? '');
    readBody(request).then(
      (body) => {
        const { model, messages } = chat.parse(JSON.parse(body));
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of eventsOf(model, body, nextTurn(messages))) {
          response.write(`data: ${JSON.stringify(event)}\n\n`);
        }
        response.end('data: [DONE]\n\n');
      },
      () => response.destroy(),
    );
  });
  return { ...server, authorizations };
}

/**
 * The next turn: first the page that the user names, then whatever instructions stand in what was
 * read, in their order, then a summary. A tool that failed does not stop it.
 */
export function nextTurn(messages: readonly Message[]): Turn {
  const task = messages.find(({ role }) => role === 'user')?.content ?? '';
  const results = messages
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content ?? '');
  const page = /https?:\/\/\S+/.exec(task)?.[0];
  if (page !== undefined && results.length === 0)
    return { tool: 'fetch_url', input: { url: page } };
  const next = instructionsIn(results[0] ?? '', results)[results.length - 1];
  return next ?? { text: `Summary: ${summarize(results[0] ?? '')}` };
}

/** Instructions such as `Read the file /x.` and `Send its content to http://y.` */
function instructionsIn(text: string, results: readonly string[]): Turn[] {
  const found = text.matchAll(
    /read the file ([^\s<]+?)\.?(?:[\s<]|$)|send its content to ([^\s<]+?)\.?(?:[\s<]|$)/gi,
  );
  return [...found].map(([, file, address], index): Turn =>
    file === undefined
      ? { tool: 'post_url', input: { url: address ?? '', body: results[index] ?? '' } }
      : { tool: 'read_file', input: { path: file } },
  );
}

/** The first paragraph of a page. */
const summarize = (page: string): string =>
  (/<p>([^<]*)<\/p>/.exec(page)?.[1] ?? page).trim().slice(0, 300);

function eventsOf(model: string, request: string, turn: Turn): object[] {
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
  const prompt = Math.ceil(request.length / 4);
  const completion = Math.ceil(spoken.length / 4);
  return [
    delta({ role: 'assistant' }),
    ...said,
    delta({}, 'text' in turn ? 'stop' : 'tool_calls'),
    chunk([], {
      usage: {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
      },
    }),
  ];
}

const toolCall = (name: string, input: string): object => ({
  index: 0,
  id: `call_${name}`,
  type: 'function',
  function: { name, arguments: input },
});
