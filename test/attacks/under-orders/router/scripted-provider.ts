import { CRLF } from '../sidecar-requests.ts';

/**
 * A text by which a request has the provider give an answer, for one that is in league with the agent. In it
 * `{credential}` stands for the credential that the provider got, and `{head}` for the head of the request; see
 * `world.py`.
 */
export const scripted = (answer: string): string =>
  `answer:${Buffer.from(answer).toString('base64')}`;

/** An answer of HTTP, which ends with its connection. */
export const answer = (
  status: string,
  type: string,
  body: string,
  ...headers: readonly string[]
): string => {
  const head = [`content-type: ${type}`, ...headers, 'connection: close'];
  return [`HTTP/1.1 ${status}`, ...head, '', body].join(CRLF);
};

/** A whole answer. */
export const json = (body: object, status = '200 OK', ...headers: readonly string[]): string =>
  answer(status, 'application/json', JSON.stringify(body), ...headers);

/** An error in the form of OpenAI. */
export const failure = (message: string, status: string): string =>
  json({ error: { message, type: 'x', code: 'x' } }, status);

/** An answer as a stream. */
export function events(...all: readonly object[]): string {
  const lines = all.map((one) => {
    const name = 'type' in one ? `event: ${String(one.type)}\n` : '';
    return `${name}data: ${JSON.stringify(one)}\n\n`;
  });
  return answer('200 OK', 'text/event-stream', lines.join(''));
}

/** A message of a chat that says something. */
export const said = (content: string): object => ({ role: 'assistant', content });

/** A message of a chat that calls tools. */
export const calls = (...tool_calls: readonly object[]): object => ({
  role: 'assistant',
  content: null,
  tool_calls,
});

/** A chat completion with a message for each answer. */
export const completion = (...messages: readonly object[]): object => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: messages.map((message, index) => ({ index, message, finish_reason: 'stop' })),
});

/** A piece of a chat completion. */
export const chunk = (delta: object, finish_reason: string | null = null): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'small',
  choices: [{ index: 0, delta, finish_reason }],
});

/** A response. */
export const response = (...output: readonly object[]): object => ({
  id: 'r',
  object: 'response',
  model: 'small',
  status: 'completed',
  output,
});

/** A message of Anthropic's API. */
export const message = (...content: readonly object[]): object => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'claude-small',
  content,
  stop_reason: 'tool_use',
  usage: {},
});
