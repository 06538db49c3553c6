import type { Deny } from 'kars-constructs/contract';
import { keepFields } from '../field-table.ts';
import { refuseSource } from '../content-source.ts';
import {
  first,
  isNothing,
  isRecord,
  noReach,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import { refuseReferencesIn } from '../schema-reference.ts';
import { refuseMember } from '../tool-fields.ts';
import { chatFields, messageFields } from './chat-fields.ts';
import type { ChatRequest } from './chat-request.ts';

/** Refuses a chat completion by which the provider would act for the agent as it may not. */
export function refuseChatReach(request: ChatRequest, reach: Reach = noReach): Deny | undefined {
  return (
    chatFields.refuse(request, reach) ??
    refuseTemplate(request['chat_template_kwargs']) ??
    refuseReferencesIn(request, SCHEMAS) ??
    first(request.messages.entries(), ([index, message]) =>
      refuseMessage(`messages[${index}]`, message, reach),
    )
  );
}

/** Where a request has schemas. */
const SCHEMAS = ['functions', 'guided_json', 'response_format', 'structured_outputs', 'tools'];

/** A request, and each of its messages, without the fields that nobody knows and that say nothing. */
export const withoutUnknown = (request: ChatRequest): ChatRequest => ({
  ...chatFields.known(request),
  messages: request.messages.map((message) =>
    keepFields(message, (name) => messageFields.has(name)),
  ),
});

/** Switches of a template pass; a template itself, which makes whatever it likes of a request, does not. */
function refuseTemplate(value: unknown): Deny | undefined {
  if (isNothing(value)) return undefined;
  const isSwitches =
    isRecord(value) &&
    Object.entries(value).every(
      ([name, one]) => !TEMPLATES.has(name) && (one === null || typeof one !== 'object'),
    );
  return isSwitches ? undefined : refuseUnknown('chat_template_kwargs with more than switches');
}

/** Templates, and parameters beside a template by which a prompt becomes longer than what was sent. */
const TEMPLATES: ReadonlySet<string> = new Set([
  'chat_template',
  'max_length',
  'padding',
  'tokenize',
]);

function refuseMessage(
  at: string,
  message: Readonly<Record<string, unknown>>,
  reach: Reach,
): Deny | undefined {
  return first(Object.entries(message), ([name, value]) => {
    if (name === 'content') return refuseContent(at, value, reach);
    if (name === 'annotations') return refuseAnnotations(`${at}.annotations`, value);
    if (messageFields.has(name) || isNothing(value)) return undefined;
    return name === 'audio'
      ? (reach.refuse('StoredState', `${at}.audio, an answer that the provider has kept`) ??
          refuseMember(`${at}.audio`, value, OF_AUDIO))
      : refuseUnknown(`${at}.${name}`);
  });
}

const OF_AUDIO: ReadonlySet<string> = new Set(['id']);

/** Where an answer has its facts from; an annotation of a file has parts of content, which a server takes for it. */
const refuseAnnotations = (at: string, value: unknown): Deny | undefined =>
  isNothing(value) ||
  (Array.isArray(value) && value.every((one) => isRecord(one) && one['type'] === 'url_citation'))
    ? undefined
    : refuseUnknown(`${at} other than citations of URLs`);

function refuseContent(at: string, content: unknown, reach: Reach): Deny | undefined {
  if (Array.isArray(content)) return refuseParts(at, content, reach);
  const isText = typeof content === 'string' || content === null || content === undefined;
  return isText
    ? undefined
    : refuseUnknown(`${at}.content that is neither text nor a list of parts`);
}

const refuseParts = (at: string, parts: readonly unknown[], reach: Reach): Deny | undefined =>
  first(parts.entries(), ([index, part]) => {
    const where = `${at}.content[${index}]`;
    return isRecord(part) ? refusePart(where, part, reach) : refuseUnknown(where);
  });

/** Members of a part that is text. */
const OF_TEXT: ReadonlySet<string> = new Set([
  'annotations',
  'cache_control',
  'refusal',
  'signature',
  'text',
  'thinking',
  'type',
]);

/** Parts that carry their content, and those that may name it instead. */
function refusePart(
  at: string,
  part: Readonly<Record<string, unknown>>,
  reach: Reach,
): Deny | undefined {
  const { type } = part;
  switch (type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return (
        refuseFieldsBut(OF_TEXT, at, part) ??
        refuseAnnotations(`${at}.annotations`, part['annotations'])
      );
    case 'image_url':
    case 'audio_url':
    case 'video_url':
      return refuseMedia(at, part, type, 'url', reach);
    case 'input_audio':
      return refuseMedia(at, part, type, 'data', reach);
    case 'file':
      return refuseMedia(at, part, type, 'file_data', reach);
    default:
      return refuseUnknown(`${at} of type ${JSON.stringify(type)}`);
  }
}

/** Beside its source a part says nothing: what a server reads besides is not known. */
const refuseMedia = (
  at: string,
  part: Readonly<Record<string, unknown>>,
  type: string,
  member: string,
  reach: Reach,
): Deny | undefined =>
  refuseSource(`${at}.${type}`, part[type], member, reach) ??
  refuseFieldsBut(new Set(['type', type, 'cache_control']), at, part);
