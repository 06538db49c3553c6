import { calledTool, listIn, UNKNOWN_CALL } from '../called-tool.ts';
import { isNothing, isRecord } from '../reach.ts';
import type { ToolCall, ToolCallPart } from '../surface.ts';
import { withAct } from '../tool-choice.ts';
import { actOf } from './hosted-tools.ts';

/** A JSON object. */
type Members = Readonly<Record<string, unknown>>;

/** Items of an answer that are no call of a tool, and no result of one. */
const SAID: ReadonlySet<unknown> = new Set(['message', 'reasoning']);

/** Calls of tools that the provider has made and the agent runs, by type, with the names that a policy has for them. */
const OF_AGENT: ReadonlyMap<unknown, string> = new Map([
  ['apply_patch_call', 'apply_patch'],
  ['local_shell_call', 'local_shell'],
  ['shell_call', 'shell'],
]);

/** Events with what comes behind the name of a call. */
const BEHIND_NAME: ReadonlySet<unknown> = new Set([
  'response.apply_patch_call_operation_diff.delta',
  'response.custom_tool_call_input.delta',
  'response.custom_tool_call_input.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
]);

/** Calls of tools in a whole response. */
export const responsesCalls = (response: unknown): readonly ToolCall[] =>
  isNothing(response)
    ? []
    : isRecord(response)
      ? (listIn(response['output'])?.flatMap(callsOf) ?? [UNKNOWN_CALL])
      : [UNKNOWN_CALL];

/** What an event has of calls of tools. */
export function responsesCallParts(event: Members): readonly ToolCallPart[] {
  const { type, item, name, output_index: index, response } = event;
  const call = typeof index === 'number' ? String(index) : undefined;
  if (BEHIND_NAME.has(type)) {
    return [part(call, calledTool('function', name))];
  }
  const ofItem = item === undefined ? [] : callsOf(item).map((one) => part(call, one));
  // The response as a whole tells of every item once more.
  const whole = responsesCalls(response).map((one) => ({ ...part(undefined, one), isAgain: true }));
  return [...ofItem, ...whole];
}

const part = (call: string | undefined, tool: ToolCall): ToolCallPart => ({
  answer: 0,
  call,
  tool,
  isNamed: true,
});

/** What is neither said nor a call with a name is something that the provider does. */
function callsOf(item: unknown): ToolCall[] {
  if (!isRecord(item)) return [UNKNOWN_CALL];
  const { type, name } = item;
  if (SAID.has(type)) return [];
  if (type === 'function_call' || type === 'custom_tool_call') {
    return [calledTool(type, name)];
  }
  const own = OF_AGENT.get(type);
  const known = typeof type === 'string' ? type : 'unknown';
  if (own !== undefined) return [{ type: known, name: own }];
  const done = withAct({ type: known }, actOf);
  return type === 'mcp_call' ? [done, calledTool(type, name)] : [done];
}
