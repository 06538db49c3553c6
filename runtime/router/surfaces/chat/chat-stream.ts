import * as z from 'zod';
import { openAiStreaming } from '../openai-stream.ts';
import type { ChatRequest } from './chat-request.ts';

const choice = z.looseObject({ delta: z.record(z.string(), z.unknown()) });
const delta = z.looseObject({ choices: z.array(choice) });

/** Whether a chunk carries something that the model has said, in whatever field. */
function hasText(chunk: Readonly<Record<string, unknown>>): boolean {
  const { data } = delta.safeParse(chunk);
  return (data?.choices ?? []).some(({ delta: said }) =>
    Object.entries(said).some(
      ([name, value]) => name !== 'role' && value !== null && value !== '' && !isEmptyList(value),
    ),
  );
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** A streamed chat completion. */
export const chatStreaming = openAiStreaming<ChatRequest>(hasText);
