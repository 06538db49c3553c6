import { isNothing, isRecord } from '../reach.ts';
import { contentOfCompletion } from '../content-filters.ts';
import { textBound } from '../input-bound.ts';
import { openAiErrors } from '../openai-error.ts';
import { openAiUsage } from '../openai-usage.ts';
import type { OfferedTool, Surface } from '../surface.ts';
import { chosenTools } from '../tool-choice.ts';
import { chatCalls } from './chat-calls.ts';
import { refuseChatReach, withoutUnknown } from './chat-reach.ts';
import { chatRequest, type ChatRequest } from './chat-request.ts';
import { chatStreaming } from './chat-stream.ts';
import { refuseChatTools } from './chat-tools.ts';
import { chatOutput } from './output-limit.ts';

/**
 * Chat completions.
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export const chat: Surface<ChatRequest> = {
  name: 'chat',
  api: 'openai',
  path: '/chat/completions',
  request: chatRequest,
  refuseReach: refuseChatReach,
  offeredTools,
  calledTools: chatCalls,
  refuseToolForm: refuseChatTools,
  forwarded: withoutUnknown,
  output: chatOutput,
  inputBound: (request) => (isText(request) ? textBound(request) : undefined),
  isAnswer: (value) => isRecord(value) && 'choices' in value,
  usageOf: openAiUsage,
  contentOf: contentOfCompletion,
  streaming: chatStreaming,
  errors: openAiErrors,
};

/** Tools that the agent runs itself have a name; any other runs at the provider. */
function offeredTools(request: ChatRequest): OfferedTool[] {
  const { tools, functions } = request;
  const named = (tools ?? []).map(({ type, function: plain, custom }) => {
    const own = type === 'function' ? plain?.name : type === 'custom' ? custom?.name : undefined;
    return own === undefined ? { type } : { type, name: own };
  });
  return [
    ...named,
    ...(functions ?? []).map(({ name }) => ({ type: 'function', name })),
    ...chosenTools(request['tool_choice']),
    ...chosenTools(request['function_call']),
  ];
}

const TEXTS: ReadonlySet<unknown> = new Set(['text', 'refusal', 'thinking']);

/** Of an image, or of what only the provider can read, nobody knows how many tokens it is. */
const isText = ({ messages }: ChatRequest): boolean =>
  messages.every(
    ({ content, reasoning_details: details }) =>
      (!Array.isArray(content) || content.every(isTextPart)) && isNothing(details),
  );

const isTextPart = (part: unknown): boolean =>
  isRecord(part) && TEXTS.has(part['type']) && isNothing(part['signature']);
