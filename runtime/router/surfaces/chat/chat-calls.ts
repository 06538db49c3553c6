import { calledTool, listIn, UNKNOWN_CALL } from '../called-tool.ts';
import { keepFields } from '../field-table.ts';
import { readObject } from '../json-object.ts';
import { isNothing, isRecord } from '../reach.ts';
import type { ServerEvent, ToolCall, ToolCallPart } from '../surface.ts';

/** A JSON object. */
type Members = Readonly<Record<string, unknown>>;

/** Where a choice has what the model says: whole, or a piece of it. */
const SAID = ['message', 'delta'] as const;

/** What a call may be of, and what of it comes behind the name. */
const KINDS = [
  ['function', 'arguments'],
  ['custom', 'input'],
] as const;

/** Calls of tools in a whole chat completion. */
export const chatCalls = (answer: unknown): readonly ToolCall[] =>
  isRecord(answer) ? chatCallParts(answer).map(({ tool }) => tool) : [];

/** What is in no form that a chat completion has. */
const UNKNOWN: ToolCallPart = { answer: 0, call: undefined, tool: UNKNOWN_CALL, isNamed: true };

/** What a chunk, or a whole completion, has of calls of tools. */
export const chatCallParts = (chunk: Members): readonly ToolCallPart[] =>
  listIn(chunk['choices'])?.flatMap((choice) => {
    if (!isRecord(choice)) return isNothing(choice) ? [] : [UNKNOWN];
    return SAID.flatMap((name) => {
      const said = choice[name];
      if (isRecord(said)) return partsOf(answerOf(choice), said);
      return isNothing(said) ? [] : [UNKNOWN];
    });
  }) ?? [UNKNOWN];

/** The choices that end with a chunk. */
export const endedChoices = (chunk: Members): readonly number[] =>
  choicesOf(chunk)
    .filter(({ finish_reason: reason }) => !isNothing(reason))
    .map(answerOf);

/** A chunk whose calls have other names: each once, in the first entry of its call. */
export function renamedChunk(event: ServerEvent, names: ReadonlyMap<string, string>): ServerEvent {
  const chunk = readObject(event.data) ?? {};
  const left = new Map(names);
  const renamed = (call: string, holder: unknown): unknown => {
    const name = left.get(call);
    if (!isRecord(holder) || name === undefined || isNothing(holder['name'])) return holder;
    left.set(call, '');
    return name === '' ? keepFields(holder, (field) => field !== 'name') : { ...holder, name };
  };
  const ofEntry = (answer: number, entry: unknown): unknown => {
    if (!isRecord(entry)) return entry;
    const call = keyOf(answer, entry['index']) ?? '';
    const kinds = KINDS.filter(([kind]) => kind in entry);
    return {
      ...entry,
      ...Object.fromEntries(kinds.map(([kind]) => [kind, renamed(call, entry[kind])])),
    };
  };
  const ofSaid = (answer: number, said: unknown): unknown => {
    if (!isRecord(said)) return said;
    const { tool_calls: calls, function_call: older } = said;
    return {
      ...said,
      ...(Array.isArray(calls) ? { tool_calls: calls.map((one) => ofEntry(answer, one)) } : {}),
      ...(isNothing(older) ? {} : { function_call: renamed(olderKey(answer), older) }),
    };
  };
  const choices = choicesOf(chunk).map((choice) => ({
    ...choice,
    ...Object.fromEntries(
      SAID.filter((name) => name in choice).map((name) => [
        name,
        ofSaid(answerOf(choice), choice[name]),
      ]),
    ),
  }));
  return { ...event, data: JSON.stringify({ ...chunk, choices }) };
}

const choicesOf = ({ choices }: Members): readonly Members[] =>
  Array.isArray(choices) ? choices.filter(isRecord) : [];

const answerOf = ({ index }: Members): number => (typeof index === 'number' ? index : 0);

/** Clients put together what has one index; what has none they take for a call of its own. */
const keyOf = (answer: number, index: unknown): string | undefined =>
  typeof index === 'number' ? `${answer}/${index}` : undefined;

const olderKey = (answer: number): string => `${answer}/function_call`;

function partsOf(
  answer: number,
  { tool_calls: calls, function_call: older }: Members,
): ToolCallPart[] {
  const parts = listIn(calls)?.flatMap((entry) => ofEntry(answer, entry)) ?? [UNKNOWN];
  return isNothing(older)
    ? parts
    : [...parts, partOf(answer, olderKey(answer), 'function', older, 'arguments')];
}

/** An entry that has neither kind of call is of a kind that nobody knows, or goes on with what has been named. */
function ofEntry(answer: number, entry: unknown): ToolCallPart[] {
  if (!isRecord(entry)) return [UNKNOWN];
  const call = keyOf(answer, entry['index']);
  const parts = KINDS.filter(([kind]) => !isNothing(entry[kind])).map(([kind, behind]) =>
    partOf(answer, call, kind, entry[kind], behind),
  );
  if (parts.length > 0) return parts;
  const type = typeof entry['type'] === 'string' ? entry['type'] : 'function';
  return KINDS.some(([kind]) => kind === type)
    ? [{ answer, call, tool: { type, name: '' }, isNamed: false }]
    : [{ answer, call: undefined, tool: { type }, isNamed: true }];
}

function partOf(
  answer: number,
  call: string | undefined,
  type: string,
  of: unknown,
  behind: string,
): ToolCallPart {
  if (!isRecord(of)) return UNKNOWN;
  const { name, [behind]: rest } = of;
  return {
    answer,
    call,
    tool: calledTool(type, name),
    isNamed: !isNothing(rest) && rest !== '',
  };
}
