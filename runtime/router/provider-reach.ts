import { deny, type Deny } from 'kars-constructs/contract';
import { actOf, isKnownField, isMessageField } from './chat-fields.ts';
import type { ChatRequest } from './chat-request.ts';

const RULE = 'inference router, reach of the provider';

/**
 * Refuses a request by which the provider would fetch, run or keep something for the agent: that is
 * egress which no proxy of the sandbox sees. A field that the router does not know could be one of them.
 */
export function refuseReach(request: ChatRequest): Deny | undefined {
  return (
    first(Object.entries(request), ([name, value]) => refuseField(name, value)) ??
    first(request.messages.entries(), ([index, message]) =>
      refuseMessage(`messages[${index}]`, message),
    )
  );
}

function refuseField(name: string, value: unknown): Deny | undefined {
  if (name === 'chat_template_kwargs') return refuseTemplate(value);
  if (isKnownField(name) || isNothing(value)) return undefined;
  const act = actOf(name);
  return act === undefined ? unknown(name) : reach(`${name}, with which the provider ${act}`);
}

/** Switches of a template pass; a template itself, which makes whatever it likes of a request, does not. */
function refuseTemplate(value: unknown): Deny | undefined {
  if (isNothing(value)) return undefined;
  const isSwitches =
    isRecord(value) &&
    Object.entries(value).every(
      ([name, one]) => !TEMPLATES.has(name) && (one === null || typeof one !== 'object'),
    );
  return isSwitches ? undefined : unknown('chat_template_kwargs with more than switches');
}

const TEMPLATES: ReadonlySet<string> = new Set(['chat_template', 'tokenize']);

/**
 * A request without the fields that nobody knows and that say nothing: a server that reads names without
 * case would take `Max_Tokens: null` for the limit.
 */
export const withoutUnknown = (request: ChatRequest): ChatRequest => ({
  ...(fieldsOf(request, (name) => isKnownField(name) || actOf(name) !== undefined) as ChatRequest),
  messages: request.messages.map(
    (message) => fieldsOf(message, isMessageField) as ChatRequest['messages'][number],
  ),
});

const fieldsOf = (
  value: Readonly<Record<string, unknown>>,
  isKept: (name: string) => boolean,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => isKept(name)));

function refuseMessage(at: string, message: Readonly<Record<string, unknown>>): Deny | undefined {
  return first(Object.entries(message), ([name, value]) => {
    if (name === 'content') return refuseContent(at, value);
    if (isMessageField(name) || isNothing(value)) return undefined;
    return name === 'audio'
      ? reach(`${at}.audio, an answer that the provider has kept`)
      : unknown(`${at}.${name}`);
  });
}

function refuseContent(at: string, content: unknown): Deny | undefined {
  if (Array.isArray(content)) return refuseParts(at, content);
  const isText = typeof content === 'string' || content === null || content === undefined;
  return isText ? undefined : unknown(`${at}.content that is neither text nor a list of parts`);
}

const refuseParts = (at: string, parts: readonly unknown[]): Deny | undefined =>
  first(parts.entries(), ([index, part]) => {
    const where = `${at}.content[${index}]`;
    return isRecord(part) ? refusePart(where, part) : unknown(where);
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
function refusePart(at: string, part: Readonly<Record<string, unknown>>): Deny | undefined {
  const { type } = part;
  switch (type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return first(Object.entries(part), ([name, value]) =>
        OF_TEXT.has(name) || isNothing(value) ? undefined : unknown(`${at}.${name}`),
      );
    case 'image_url':
    case 'audio_url':
    case 'video_url':
      return refuseSource(`${at}.${type}`, part[type], 'url');
    case 'input_audio':
      return refuseSource(`${at}.input_audio`, part['input_audio'], 'data');
    case 'file':
      return refuseSource(`${at}.file`, part['file'], 'file_data');
    default:
      return unknown(`${at} of type ${JSON.stringify(type)}`);
  }
}

/** Members of a source that say nothing about where it is. */
const BESIDE_SOURCE = ['detail', 'filename', 'format'];

function refuseSource(at: string, source: unknown, member: string): Deny | undefined {
  const given = isRecord(source) ? source : { [member]: source };
  return first(Object.entries(given), ([name, value]) => {
    if (BESIDE_SOURCE.includes(name) || isNothing(value)) return undefined;
    if (name === member) {
      return isContent(member, value) ? undefined : reach(`${at}, which the provider would fetch`);
    }
    return name === 'file_id'
      ? reach(`${at}.file_id, a file that the provider has kept`)
      : unknown(`${at}.${name}`);
  });
}

/** RFC 2397. */
const DATA_URL = /^data:/i;

/** RFC 4648, with the breaks of lines that encoders make. */
const BASE64 = /^[A-Za-z0-9+/=_\s-]*$/;

/** Whether a value is content itself, and does not say where to find it. */
const isContent = (member: string, value: unknown): boolean =>
  typeof value === 'string' && (DATA_URL.test(value) || (member !== 'url' && BASE64.test(value)));

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function first<T>(items: Iterable<T>, refuse: (item: T) => Deny | undefined): Deny | undefined {
  for (const item of items) {
    const denial = refuse(item);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

const reach = (what: string): Deny => deny('KARS_PROVIDER_REACH', RULE, `got ${what}`);

const unknown = (what: string): Deny =>
  deny('KARS_FIELD_UNKNOWN', RULE, `got ${what}, which the router does not know`);
