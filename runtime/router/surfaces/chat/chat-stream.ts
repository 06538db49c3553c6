import { isRecord } from '../reach.ts';
import { openAiStreaming } from '../openai-stream.ts';
import type { Streaming, StreamStep } from '../surface.ts';
import { chatCallParts, endedChoices, renamedChunk } from './chat-calls.ts';
import type { ChatRequest } from './chat-request.ts';

/** Whether a chunk carries something that the model has said, in whatever field. */
const hasText = ({ choices }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(choices) && choices.some(isSaying);

const isSaying = (choice: unknown): boolean =>
  isRecord(choice) &&
  isRecord(choice['delta']) &&
  Object.entries(choice['delta']).some(
    ([name, value]) => name !== 'role' && value !== null && value !== '' && !isEmptyList(value),
  );

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Most chunks have no call, and none that is open when they end. */
function saidIn(chunk: Readonly<Record<string, unknown>>): StreamStep {
  const calls = chatCallParts(chunk);
  const said = { hasText: hasText(chunk), ended: endedChoices(chunk) };
  return calls.length === 0 ? said : { ...said, calls };
}

/** A streamed chat completion. */
export const chatStreaming: Streaming<ChatRequest> = {
  ...openAiStreaming<ChatRequest>(saidIn),
  renamed: renamedChunk,
};
