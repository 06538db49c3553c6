import type { Deny } from 'kars-constructs/contract';
import { NO_ITEM } from './invalid.ts';
import { callOf, isCall, outputParts, type OutputPart } from './output-part.ts';
import { chatUsage, endedResponse, finishReason, startOf } from './response-end.ts';

/** A chat completion that says the same as a response. */
export function completionOf(value: unknown): object | Deny {
  const response = endedResponse(value, 'completed');
  if ('code' in response) return response;
  const items = response.output.map(outputParts);
  if (items.includes(undefined)) return NO_ITEM;
  const parts = items.flatMap((item) => item ?? []);
  const usage = chatUsage(value);
  return {
    ...startOf(value),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: messageOf(parts),
        finish_reason: finishReason(response, parts.some(isCall)),
        logprobs: null,
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  };
}

function messageOf(parts: readonly OutputPart[]): object {
  const textOf = (kind: OutputPart['kind']): string =>
    parts.map((part) => (part.kind === kind ? part.text : '')).join('');
  const [content, refusal, calls] = [textOf('content'), textOf('refusal'), parts.filter(isCall)];
  const isSilent = content === '' && (calls.length > 0 || refusal !== '');
  return {
    role: 'assistant',
    content: isSilent ? null : content,
    refusal: refusal === '' ? null : refusal,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ kind, id, ...called }) => ({
            id,
            type: kind,
            ...callOf(kind, called),
          })),
        }),
  };
}
