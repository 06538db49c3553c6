import * as z from 'zod';
import { deny, type Deny } from 'kars-constructs/contract';
import { readObject } from '../../surfaces/json-object.ts';
import { messageUsage, NO_USAGE } from './message-usage.ts';
import { stopReason } from './stop-reason.ts';

const completion = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.looseObject({
                id: z.string(),
                function: z.looseObject({ name: z.string(), arguments: z.string() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
});

/** A message that says the same as a chat completion. */
export function messageOf(value: unknown): object | Deny {
  const { data, error } = completion.safeParse(value);
  const [choice] = data?.choices ?? [];
  if (data === undefined || choice === undefined) return invalid(error?.issues[0]?.path.join('.'));
  const { content, refusal, tool_calls: calls } = choice.message;
  const uses: object[] = [];
  for (const { id, function: called } of calls ?? []) {
    const input = called.arguments === '' ? {} : readObject(called.arguments);
    if (input === undefined)
      return invalid(`arguments of the tool call ${JSON.stringify(id.slice(0, 64))}`);
    uses.push({ type: 'tool_use', id, name: called.name, input });
  }
  const said = [content, refusal].filter((text) => typeof text === 'string' && text !== '');
  return {
    ...startOf(data),
    content: [...said.map((text) => ({ type: 'text', text })), ...uses],
    stop_reason: stopReason(choice.finish_reason, uses.length > 0),
    usage: messageUsage(value) ?? NO_USAGE,
  };
}

/** What an answer is called, and who gives it. */
export interface AnswerStart {
  readonly id?: string | null | undefined;
  readonly model?: string | null | undefined;
}

/** What a message has before anything is said. */
export const startOf = (answer: AnswerStart): object => ({
  id: answer.id ?? '',
  type: 'message',
  role: 'assistant',
  model: answer.model ?? '',
  stop_sequence: null,
});

/** A part of an answer that is not as chat completions have it. */
export const invalid = (part = 'choices'): Deny =>
  deny(
    'KARS_UPSTREAM_INVALID',
    'inference router, translation of chat completions',
    `the provider sent a chat completion with ${part} that is none of this API`,
  );
