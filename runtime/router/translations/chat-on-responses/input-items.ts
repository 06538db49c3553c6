import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import { isRecord } from '../../surfaces/reach.ts';
import type { InputItem } from '../../surfaces/responses/responses-request.ts';
import { callIn } from './called.ts';

type Message = ChatRequest['messages'][number];

/** A part of the content of a message. */
type Part = Readonly<Record<string, unknown>>;

/** The items of an input that say the same as the messages of a chat completion. */
export function inputItems(messages: readonly Message[]): InputItem[] {
  /** Calls of tools that take text; a result does not say what it is of. */
  const custom = new Set<string>();
  return messages.flatMap((message) => {
    const { role, content } = message;
    if (role === 'tool') return [resultOf(message, custom)];
    if (role === 'assistant') return ofAssistant(message, custom);
    return [messageOf(role, contentOf(content))];
  });
}

const messageOf = (role: string, content: unknown): InputItem => ({
  type: 'message',
  role,
  content,
});

function ofAssistant({ content, refusal, tool_calls: calls }: Message, custom: Set<string>) {
  const said = [...partsOf(content, 'output_text'), ...refusalOf(refusal)];
  const made = (Array.isArray(calls) ? calls : []).flatMap((entry: unknown) => {
    const call = callIn(entry);
    if (call === undefined) return [];
    const { kind, id, name, input } = call;
    if (kind === 'custom') custom.add(id);
    return [
      kind === 'custom'
        ? { type: 'custom_tool_call', call_id: id, name, input }
        : { type: 'function_call', call_id: id, name, arguments: input },
    ];
  });
  // A message is something said, whatever it says; one with calls alone is those.
  const isSilent = said.length === 0 && made.length > 0;
  return isSilent ? made : [messageOf('assistant', plain(said, 'output_text')), ...made];
}

function resultOf({ tool_call_id: id, content }: Message, custom: ReadonlySet<string>): InputItem {
  const type = custom.has(String(id)) ? 'custom_tool_call_output' : 'function_call_output';
  return { type, call_id: id, output: contentOf(content) };
}

const contentOf = (content: unknown): unknown =>
  plain(partsOf(content, 'input_text'), 'input_text');

/** A single text is the form that every server takes. */
function plain(parts: readonly Part[], text: string): unknown {
  const [only] = parts;
  if (only === undefined) return '';
  return parts.length === 1 && only['type'] === text ? only['text'] : parts;
}

function partsOf(content: unknown, text: string): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: text, text: content }];
  return Array.isArray(content) ? content.filter(isRecord).map((part) => partOf(part, text)) : [];
}

function partOf(part: Part, text: string): Part {
  switch (part['type']) {
    case 'image_url':
      return imageOf(part['image_url']);
    case 'file':
      return fileOf(part['file']);
    case 'refusal':
      return { type: 'refusal', refusal: part['refusal'] };
    default:
      return { type: text, text: part['text'] };
  }
}

/** Some clients leave out that it is a URL. */
function imageOf(image: unknown): Part {
  const { url, detail } = isRecord(image) ? image : { url: image };
  return { type: 'input_image', image_url: url, detail: detail ?? 'auto' };
}

function fileOf(file: unknown): Part {
  const { filename, file_data: data } = isRecord(file) ? file : {};
  return {
    type: 'input_file',
    file_data: data,
    ...(typeof filename === 'string' ? { filename } : {}),
  };
}

const refusalOf = (refusal: unknown): Part[] =>
  typeof refusal === 'string' && refusal !== '' ? [{ type: 'refusal', refusal }] : [];
