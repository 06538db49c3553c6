import { calledTool, listIn, UNKNOWN_CALL } from '../called-tool.ts';
import { isNothing, isRecord } from '../reach.ts';
import type { ToolCall, ToolCallPart } from '../surface.ts';
import { hostedBlock } from './hosted-tools.ts';

/** A JSON object. */
type Members = Readonly<Record<string, unknown>>;

/** Blocks of an answer that are no call of a tool, and no result of one. */
const SAID: ReadonlySet<unknown> = new Set(['redacted_thinking', 'text', 'thinking']);

/** Calls of tools in a whole message. */
export const messageCalls = (message: unknown): readonly ToolCall[] =>
  isNothing(message)
    ? []
    : isRecord(message)
      ? (listIn(message['content'])?.flatMap(callsOf) ?? [UNKNOWN_CALL])
      : [UNKNOWN_CALL];

/** What an event has of calls of tools. */
export function messageCallParts(event: Members): readonly ToolCallPart[] {
  const { type, index, message, content_block: block, delta } = event;
  const call = typeof index === 'number' ? String(index) : undefined;
  switch (type) {
    case 'message_start':
      return messageCalls(message).map((one) => part(undefined, one));
    case 'content_block_start':
      return callsOf(block).map((one) => part(call, one));
    case 'content_block_delta':
      return isRecord(delta) && delta['type'] === 'input_json_delta'
        ? [part(call, { type: 'tool_use', name: '' })]
        : [];
    default:
      return [];
  }
}

const part = (call: string | undefined, tool: ToolCall): ToolCallPart => ({
  answer: 0,
  call,
  tool,
  isNamed: true,
});

/** What is neither said nor a call of the agent is something that the provider does. */
function callsOf(block: unknown): ToolCall[] {
  if (!isRecord(block)) return [UNKNOWN_CALL];
  const { type, name } = block;
  if (SAID.has(type)) return [];
  if (type === 'tool_use') return [calledTool(type, name)];
  if (typeof type !== 'string') return [UNKNOWN_CALL];
  const act = hostedBlock(block)?.act;
  const done = [act === undefined ? { type } : { type, act }];
  return type === 'mcp_tool_use' ? [...done, calledTool(type, name)] : done;
}
