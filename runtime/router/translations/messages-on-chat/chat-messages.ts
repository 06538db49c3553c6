import { isRecord } from '../../surfaces/reach.ts';
import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import type { Block, MessagesRequest } from '../../surfaces/messages/messages-request.ts';

type ChatMessage = ChatRequest['messages'][number];

type Content = MessagesRequest['messages'][number]['content'];

/** The messages of a chat completion that say the same. */
export const chatMessages = ({ system, messages }: MessagesRequest): ChatMessage[] => [
  ...(system === undefined || system === null ? [] : [ofSystem(system)]),
  ...messages.flatMap(({ role, content }) => {
    if (role === 'assistant') return [ofAssistant(blocksOf(content))];
    return role === 'system' ? [ofSystem(content)] : ofUser(blocksOf(content));
  }),
];

const ofSystem = (content: Content): ChatMessage => ({
  role: 'system',
  content: partsOf(blocksOf(content)),
});

const blocksOf = (content: Content): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

/** A single text is the form that every server takes. */
function partsOf(blocks: readonly Block[]): unknown {
  const [only] = blocks;
  return blocks.length === 1 && only?.type === 'text' ? only['text'] : blocks.map(partOf);
}

const partOf = ({ type, text, source }: Block): object =>
  type === 'image' && isRecord(source)
    ? { type: 'image_url', image_url: { url: dataUrl(source) } }
    : { type: 'text', text };

/** RFC 2397. */
const dataUrl = ({ media_type: type, data }: Readonly<Record<string, unknown>>): string =>
  `data:${String(type)};base64,${String(data)}`;

function ofAssistant(blocks: readonly Block[]): ChatMessage {
  const said = blocks.filter(({ type }) => type === 'text');
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  return {
    role: 'assistant',
    content: said.length === 0 ? null : partsOf(said),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
  };
}

const callOf = ({ id, name, input }: Block): object => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input ?? {}) },
});

/** Results of tools are messages of their own, in the order in which they stand. */
function ofUser(blocks: readonly Block[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let said: Block[] = [];
  const close = (): void => {
    if (said.length > 0) messages.push({ role: 'user', content: partsOf(said) });
    said = [];
  };
  for (const block of blocks) {
    if (block.type === 'tool_result') {
      close();
      messages.push(resultOf(block));
    } else {
      said.push(block);
    }
  }
  close();
  return messages;
}

const FAILED: Block = { type: 'text', text: 'The tool failed.' };

function resultOf({ tool_use_id: id, content, is_error: isError }: Block): ChatMessage {
  const result = content === undefined || content === null ? [] : blocksOf(content as Content);
  const said = isError === true ? [FAILED, ...result] : result;
  return { role: 'tool', tool_call_id: id, content: said.length === 0 ? '' : partsOf(said) };
}
