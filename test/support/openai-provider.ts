import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { httpServer } from './servers.ts';

/** A request that a provider got. */
export interface ProviderRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

/** How a provider answers. */
export type Behaviour = (
  request: ProviderRequest,
  response: ServerResponse,
) => void | Promise<void>;

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

/** A completion with usage. */
export const completion = (content = 'hello'): object => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: USAGE,
});

const chunk = (choices: readonly object[], more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'small', choices, ...more })}\n\n`;

/** The bytes of a stream that says `words`, with usage at its end. */
export const streamText = (words: readonly string[]): string =>
  [
    ': a comment\n\n',
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...words.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], { usage: USAGE }),
    'data: [DONE]\n\n',
  ].join('');

/** Answers with a whole completion, or streams one. */
export const wellBehaved: Behaviour = ({ body }, response) => {
  if (body['stream'] === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(streamText(['hello ', 'world']));
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(completion()));
  }
};

/** An OpenAI-compatible provider on loopback that behaves as it is told. */
export async function startProvider(
  behaviour: Behaviour = wellBehaved,
): Promise<{ endpoint: string; requests: ProviderRequest[] }> {
  const requests: ProviderRequest[] = [];
  const { port } = await httpServer((incoming, response) => {
    text(incoming)
      .then((body) => {
        const request = {
          url: incoming.url ?? '',
          headers: incoming.headers,
          body: JSON.parse(body) as Record<string, unknown>,
        };
        requests.push(request);
        return behaviour(request, response);
      })
      .catch(() => response.destroy());
  });
  return { endpoint: `http://127.0.0.1:${port}/v1`, requests };
}
