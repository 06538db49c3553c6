import type { ChatRequest } from '../chat-request.ts';

/** What a provider may add to a request of its own: a preamble, and what stands between messages. */
const PREAMBLE_TOKENS = 256;

const TEXTS: ReadonlySet<unknown> = new Set(['text', 'refusal', 'thinking']);

/**
 * Most tokens that the input of a request can be: a token stands for a byte at least, in the longest way
 * that templates write JSON, and that around a message for more than what its model puts there. Undefined where what is sent says nothing of the number,
 * as for an image.
 */
export function inputBound(body: ChatRequest): number | undefined {
  const isText = body.messages.every(
    ({ content }) => !Array.isArray(content) || content.every(isTextPart),
  );
  return isText ? asciiLength(JSON.stringify(body, null, INDENT)) + PREAMBLE_TOKENS : undefined;
}

/** As a template writes tools at most: in lines, with other than ASCII as `\\uXXXX`. */
const INDENT = 4;

function asciiLength(text: string): number {
  const others = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  return text.length + others * ('\\uXXXX'.length - 1);
}

const isTextPart = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && 'type' in part && TEXTS.has(part.type);
