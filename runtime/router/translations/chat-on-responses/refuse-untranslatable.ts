import type { Deny } from 'kars-constructs/contract';
import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import { first, isNothing, isRecord } from '../../surfaces/reach.ts';
import { refusalsOf } from '../refusals.ts';
import { callIn } from './called.ts';

const { refuse, refuseOthers } = refusalsOf('the Responses API', 'does not have');

/** Refuses what would be lost in a response. Hints about caches are no part of what is asked. */
export const refuseUntranslatable = (request: ChatRequest): Deny | undefined =>
  refuseOthers('', withoutDefaults(request), OF_REQUEST) ??
  refuseFormat(request['response_format']) ??
  first((request.tools ?? []).entries(), ([index, tool]) => refuseTool(`tools[${index}]`, tool)) ??
  refuseChoice('tool_choice', request['tool_choice']) ??
  first(request.messages.entries(), ([index, message]) =>
    refuseMessage(`messages[${index}]`, message),
  );

const OF_REQUEST: ReadonlySet<string> = new Set([
  'max_completion_tokens',
  'max_tokens',
  'messages',
  'model',
  'parallel_tool_calls',
  'prompt_cache_key',
  'reasoning_effort',
  'response_format',
  'safety_identifier',
  'service_tier',
  'stream',
  'stream_options',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
  'user',
  'verbosity',
]);

/** Values by which a request says what it would mean without them; some clients send them always. */
const DEFAULTS: Readonly<Record<string, string>> = {
  frequency_penalty: '0',
  logit_bias: '{}',
  modalities: '["text"]',
  n: '1',
  presence_penalty: '0',
};

const withoutDefaults = (request: ChatRequest): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(request).filter(([name, value]) => DEFAULTS[name] !== JSON.stringify(value)),
  );

/** What each role may say, beside its content. */
interface Role {
  readonly parts: ReadonlyMap<unknown, ReadonlySet<string>>;
  readonly members: ReadonlySet<string>;
}

const OF_PART: Readonly<Record<string, ReadonlySet<string>>> = {
  file: new Set(['cache_control', 'file', 'type']),
  image_url: new Set(['cache_control', 'image_url', 'type']),
  refusal: new Set(['refusal', 'type']),
  text: new Set(['cache_control', 'text', 'type']),
};

const role = (parts: readonly string[], members: readonly string[] = []): Role => ({
  parts: new Map(parts.map((type) => [type, OF_PART[type] ?? new Set()])),
  members: new Set(['content', 'role', ...members]),
});

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['system', role(['text'])],
  ['developer', role(['text'])],
  ['user', role(['file', 'image_url', 'text'])],
  ['assistant', role(['refusal', 'text'], ['refusal', 'tool_calls'])],
  ['tool', role(['image_url', 'text'], ['tool_call_id'])],
]);

type Message = ChatRequest['messages'][number];

function refuseMessage(at: string, message: Message): Deny | undefined {
  const { role: named, content, tool_calls: calls } = message;
  const known = ROLES.get(named);
  if (known === undefined) return refuse(`${at} of role ${JSON.stringify(named)}`);
  if (named === 'tool' && typeof message['tool_call_id'] !== 'string')
    return refuse(`${at} without a tool_call_id`);
  return (
    refuseOthers(`${at}.`, message, known.members) ??
    first(partsIn(content), ([index, part]) => {
      const where = `${at}.content[${index}]`;
      const members = known.parts.get(part['type']);
      return members === undefined
        ? refuse(`${where} of type ${JSON.stringify(part['type'])}`)
        : refuseOthers(`${where}.`, part, members);
    }) ??
    refuseCalls(`${at}.tool_calls`, calls)
  );
}

const partsIn = (content: unknown): (readonly [number, Readonly<Record<string, unknown>>])[] =>
  Array.isArray(content)
    ? content.map((part: unknown, index) => [index, isRecord(part) ? part : {}])
    : [];

function refuseCalls(at: string, calls: unknown): Deny | undefined {
  if (isNothing(calls)) return undefined;
  if (!Array.isArray(calls)) return refuse(`${at} that is no list`);
  return first(calls.entries(), ([index, call]: [number, unknown]) =>
    isRecord(call) && callIn(call) !== undefined
      ? refuseOthers(`${at}[${index}].`, call, OF_CALL)
      : refuse(`${at}[${index}] that is no call of a tool`),
  );
}

const OF_CALL: ReadonlySet<string> = new Set(['custom', 'function', 'id', 'index', 'type']);

/** Tools of a type have the definition of that type. */
const TOOL_TYPES: ReadonlySet<string> = new Set(['custom', 'function']);

function refuseTool(at: string, tool: Readonly<Record<string, unknown>>): Deny | undefined {
  const { type } = tool;
  const isKnown = typeof type === 'string' && TOOL_TYPES.has(type) && isRecord(tool[type]);
  return isKnown ? undefined : refuse(`${at} of type ${JSON.stringify(type)}`);
}

const MODES: ReadonlySet<unknown> = new Set(['auto', 'none', 'required']);

function refuseChoice(at: string, choice: unknown): Deny | undefined {
  if (isNothing(choice) || MODES.has(choice)) return undefined;
  if (!isRecord(choice)) return refuse(`${at} ${JSON.stringify(choice)}`);
  const { type, allowed_tools: allowed } = choice;
  if (type === 'allowed_tools') {
    const { mode, tools } = isRecord(allowed) ? allowed : {};
    return MODES.has(mode) && Array.isArray(tools)
      ? first(tools.entries(), ([index, one]) => refuseChoice(`${at}.tools[${index}]`, one))
      : refuse(`${at} without a list of tools and a mode`);
  }
  const of = typeof type === 'string' && TOOL_TYPES.has(type) ? choice[type] : undefined;
  return isRecord(of) && typeof of['name'] === 'string'
    ? undefined
    : refuse(`${at} of type ${JSON.stringify(type)}`);
}

const OF_SCHEMA: ReadonlySet<string> = new Set(['description', 'name', 'schema', 'strict']);

function refuseFormat(format: unknown): Deny | undefined {
  if (isNothing(format)) return undefined;
  const { type, json_schema: schema } = isRecord(format) ? format : {};
  if (type === 'text' || type === 'json_object') return undefined;
  return type === 'json_schema' && isRecord(schema)
    ? refuseOthers('response_format.json_schema.', schema, OF_SCHEMA)
    : refuse(`response_format of type ${JSON.stringify(type)}`);
}
