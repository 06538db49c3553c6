import { FieldTable, openAiReaching, samplingFields } from '../field-table.ts';

/**
 * Fields of a chat completion.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 * @see https://docs.vllm.ai/en/stable/serving/openai_compatible_server/
 */
export const chatFields = new FieldTable({
  decided: [
    'model',
    'messages',
    'stream',
    'stream_options',
    'max_tokens',
    'max_completion_tokens',
    'n',
    'tools',
    'functions',
  ],
  inert: [
    ...samplingFields,
    'chat_template_kwargs',
    'function_call',
    'modalities',
    'parallel_tool_calls',
    'prompt_cache_key',
    'reasoning',
    'reasoning_effort',
    'response_format',
    'safety_identifier',
    'service_tier',
    'structured_outputs',
    'thinking',
    'tool_choice',
    'top_logprobs',
    'verbosity',
  ],
  reaching: {
    ...openAiReaching,
    audio: { act: 'StoredState', does: 'keeps what it has said', members: ['format', 'voice'] },
    metadata: 'files the conversation, or reports it where a gateway is told to',
    prompt_cache_retention: { act: 'StoredState', does: 'keeps the prompt' },
    prompt: 'uses a prompt that it has kept',
  },
});

/** Fields of a message that pass; its content is judged by itself. */
export const messageFields: ReadonlySet<string> = new Set([
  'annotations',
  'content',
  'function_call',
  'name',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'refusal',
  'role',
  'tool_call_id',
  'tool_calls',
]);
