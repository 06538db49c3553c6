import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import { isNothing, isRecord } from '../../surfaces/reach.ts';
import type { ResponsesRequest } from '../../surfaces/responses/responses-request.ts';

/** A JSON object. */
type Members = Readonly<Record<string, unknown>>;

/** The tools of a chat completion as a response has them, and which of them the model is to call. */
export function offeredTools({ tools, tool_choice: choice }: ChatRequest): object {
  return {
    ...(isNothing(tools) ? {} : { tools: (tools ?? []).map(toolOf) }),
    ...(isNothing(choice) ? {} : { tool_choice: choiceOf(choice) }),
  };
}

type Tool = NonNullable<ResponsesRequest['tools']>[number];

function toolOf({ type, function: plain, custom }: ChatTool): Tool {
  if (type === 'custom') return { type, ...described(custom), ...formatOf(custom?.['format']) };
  const parameters = plain?.['parameters'] ?? { type: 'object', properties: {} };
  // Responses are strict where they are not told otherwise, and chat completions are not.
  return { type, ...described(plain), parameters, strict: plain?.['strict'] === true };
}

type ChatTool = NonNullable<ChatRequest['tools']>[number];

const described = (of: ChatTool['function']): { readonly name?: string } =>
  of === undefined
    ? {}
    : {
        name: of.name,
        ...(isNothing(of['description']) ? {} : { description: of['description'] }),
      };

function formatOf(format: unknown): Members {
  if (!isRecord(format)) return {};
  const { grammar, ...rest } = format;
  return { format: isRecord(grammar) ? { ...rest, ...grammar } : rest };
}

function choiceOf(choice: unknown): unknown {
  if (!isRecord(choice)) return choice;
  const { type, allowed_tools: allowed } = choice;
  if (type === 'allowed_tools' && isRecord(allowed)) {
    const { mode, tools } = allowed;
    return { type, mode, tools: Array.isArray(tools) ? tools.map(choiceOf) : [] };
  }
  const of = type === 'custom' ? choice['custom'] : choice['function'];
  return { type, ...(isRecord(of) ? { name: of['name'] } : {}) };
}
