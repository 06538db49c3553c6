import type { ChatRequest } from '../chat-request.ts';

/** What a provider may add to a request of its own: a preamble, and what stands between messages. */
const PREAMBLE_TOKENS = 256;

const TEXTS: ReadonlySet<unknown> = new Set(['text', 'refusal', 'thinking']);

/**
 * Most tokens that the input of a request can be: a token stands for a byte at least, and the JSON around a
 * message for more than what its model puts there. Undefined where what is sent says nothing of the number,
 * as for an image.
 */
export function inputBound(body: ChatRequest): number | undefined {
  const isText = body.messages.every(
    ({ content }) => !Array.isArray(content) || content.every(isTextPart),
  );
  return isText ? Buffer.byteLength(JSON.stringify(body)) + PREAMBLE_TOKENS : undefined;
}

const isTextPart = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && 'type' in part && TEXTS.has(part.type);
