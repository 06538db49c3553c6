import { FieldTable, openAiReaching } from '../field-table.ts';

/**
 * Fields of a request for a response.
 *
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export const responsesFields = new FieldTable({
  decided: ['input', 'max_output_tokens', 'model', 'stream', 'tools'],
  inert: [
    'include',
    'instructions',
    'max_tool_calls',
    'parallel_tool_calls',
    'prompt_cache_key',
    'reasoning',
    'safety_identifier',
    'service_tier',
    'stream_options',
    'temperature',
    'text',
    'tool_choice',
    'top_logprobs',
    'top_p',
    'truncation',
    'user',
  ],
  reaching: {
    ...openAiReaching,
    context_management: 'makes further calls to shorten the conversation',
    metadata: 'files the response, or reports it where a gateway is told to',
    prompt_cache_options: 'keeps the prompt',
    prompt_cache_retention: { act: 'StoredState', does: 'keeps the prompt' },
    prompt: { act: 'StoredPrompts', does: 'uses a prompt that it has kept', isJudged: true },
  },
});

const fields = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(['id', 'status', 'type', ...names]);

/** Fields of the items of an input that pass, by type; content and output are judged by themselves. */
export const itemFields: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['message', fields('content', 'phase', 'role')],
  ['function_call', fields('arguments', 'call_id', 'name')],
  ['function_call_output', fields('call_id', 'output')],
  ['custom_tool_call', fields('call_id', 'input', 'name')],
  ['custom_tool_call_output', fields('call_id', 'output')],
  ['local_shell_call', fields('action', 'call_id')],
  ['local_shell_call_output', fields('call_id', 'output')],
  ['apply_patch_call', fields('call_id', 'operation')],
  ['apply_patch_call_output', fields('call_id', 'output')],
  ['reasoning', fields('content', 'encrypted_content', 'summary')],
]);

/** Items by which the provider acts for the agent as no policy can name, and what it does. */
export const reachingItems: ReadonlyMap<string, string> = new Map([
  ['additional_tools', 'gets tools that no policy has seen'],
]);

/** Tools of the provider's own making that the agent runs. */
export const toolsOfAgent: ReadonlySet<string> = new Set(['apply_patch', 'local_shell']);

/** Types of parts that are text. */
export const textParts: ReadonlySet<unknown> = new Set([
  'input_text',
  'output_text',
  'reasoning_text',
  'refusal',
  'summary_text',
]);

/** Members of the tools that the agent runs. */
export const toolFields: ReadonlySet<string> = new Set([
  'description',
  'environment',
  'format',
  'name',
  'parameters',
  'strict',
  'type',
]);
