import type { Deny } from 'kars-constructs/contract';
import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import type { MessagesRequest } from '../../surfaces/messages/messages-request.ts';
import { isNothing, isRecord } from '../../surfaces/reach.ts';
import { chatMessages } from './chat-messages.ts';
import { refuseUntranslatable } from './refuse-untranslatable.ts';

/** Fields that both APIs have, by the name in chat completions. */
const SAME = [
  ['max_tokens', 'max_tokens'],
  ['model', 'model'],
  ['stop', 'stop_sequences'],
  ['stream', 'stream'],
  ['temperature', 'temperature'],
  ['top_k', 'top_k'],
  ['top_p', 'top_p'],
] as const;

/** A chat completion that asks for the same as a message. */
export function chatRequestOf(
  request: MessagesRequest,
): { readonly said: ChatRequest } | { readonly denial: Deny } {
  const denial = refuseUntranslatable(request);
  if (denial !== undefined) return { denial };
  const same = SAME.flatMap(([name, of]) =>
    isNothing(request[of]) ? [] : [[name, request[of]] as const],
  );
  const said = {
    ...Object.fromEntries(same),
    ...userOf(request['metadata']),
    ...formatOf(request['output_config']),
    ...toolsOf(request),
    messages: chatMessages(request),
  };
  return { said };
}

const userOf = (metadata: unknown): object =>
  isRecord(metadata) && !isNothing(metadata['user_id']) ? { user: metadata['user_id'] } : {};

function formatOf(output: unknown): object {
  if (!isRecord(output)) return {};
  const { effort, format } = output;
  return {
    ...(isNothing(effort) ? {} : { reasoning_effort: effort }),
    ...(isRecord(format)
      ? {
          response_format: {
            type: format['type'],
            json_schema: { name: 'answer', schema: format['schema'], strict: true },
          },
        }
      : {}),
  };
}

function toolsOf({ tools, tool_choice: choice }: MessagesRequest): object {
  if (isNothing(tools)) return {};
  return {
    tools: (tools ?? []).map(({ name, description, input_schema: parameters, strict }) => ({
      type: 'function',
      function: {
        name,
        parameters,
        ...(isNothing(description) ? {} : { description }),
        ...(isNothing(strict) ? {} : { strict }),
      },
    })),
    ...(isRecord(choice) ? choiceOf(choice) : {}),
  };
}

const CHOICES: Readonly<Record<string, string>> = { any: 'required', auto: 'auto', none: 'none' };

const choiceOf = ({
  type,
  name,
  disable_parallel_tool_use: isOne,
}: Readonly<Record<string, unknown>>): object => ({
  tool_choice: type === 'tool' ? { type: 'function', function: { name } } : CHOICES[String(type)],
  ...(isOne === true ? { parallel_tool_calls: false } : {}),
});
