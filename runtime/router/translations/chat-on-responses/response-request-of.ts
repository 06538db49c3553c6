import type { Deny } from 'kars-constructs/contract';
import type { ChatRequest } from '../../surfaces/chat/chat-request.ts';
import { isNothing, isRecord } from '../../surfaces/reach.ts';
import type { ResponsesRequest } from '../../surfaces/responses/responses-request.ts';
import { inputItems } from './input-items.ts';
import { offeredTools } from './offered-tools.ts';
import { refuseUntranslatable } from './refuse-untranslatable.ts';

/** Fields that both APIs have, by the name in chat completions; one limit of output at most is there. */
const SAME = [
  ['max_completion_tokens', 'max_output_tokens'],
  ['max_tokens', 'max_output_tokens'],
  ['model', 'model'],
  ['parallel_tool_calls', 'parallel_tool_calls'],
  ['prompt_cache_key', 'prompt_cache_key'],
  ['safety_identifier', 'safety_identifier'],
  ['service_tier', 'service_tier'],
  ['stream', 'stream'],
  ['temperature', 'temperature'],
  ['top_p', 'top_p'],
  ['user', 'user'],
] as const;

/** A request for a response that asks for the same as a chat completion. */
export function responseRequestOf(
  request: ChatRequest,
): { readonly said: ResponsesRequest } | { readonly denial: Deny } {
  const denial = refuseUntranslatable(request);
  if (denial !== undefined) return { denial };
  const same = SAME.flatMap(([name, as]) =>
    (request[name] ?? undefined) === undefined ? [] : [[as, request[name]] as const],
  );
  const { reasoning_effort: effort } = request;
  const said = {
    ...Object.fromEntries(same),
    ...(isNothing(effort) ? {} : { reasoning: { effort } }),
    ...textOf(request),
    ...offeredTools(request),
    input: inputItems(request.messages),
  };
  return { said };
}

function textOf({ response_format: format, verbosity }: ChatRequest): object {
  const text = {
    ...(isRecord(format) ? { format: formatOf(format) } : {}),
    ...(isNothing(verbosity) ? {} : { verbosity }),
  };
  return Object.keys(text).length === 0 ? {} : { text };
}

const formatOf = ({ type, json_schema: schema }: Readonly<Record<string, unknown>>): object => ({
  type,
  ...(isRecord(schema) ? schema : {}),
});
