import { FieldTable, openAiReaching } from '../field-table.ts';

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
    'chat_template_kwargs',
    'frequency_penalty',
    'function_call',
    'guided_choice',
    'guided_grammar',
    'guided_json',
    'guided_regex',
    'ignore_eos',
    'length_penalty',
    'logit_bias',
    'logprobs',
    'min_p',
    'min_tokens',
    'modalities',
    'parallel_tool_calls',
    'presence_penalty',
    'prompt_cache_key',
    'reasoning',
    'reasoning_effort',
    'repetition_penalty',
    'response_format',
    'safety_identifier',
    'seed',
    'service_tier',
    'skip_special_tokens',
    'stop',
    'stop_token_ids',
    'structured_outputs',
    'temperature',
    'thinking',
    'tool_choice',
    'top_k',
    'top_logprobs',
    'top_p',
    'user',
    'verbosity',
  ],
  reaching: {
    ...openAiReaching,
    audio: 'keeps what it has said',
    metadata: 'files the conversation, or reports it where a gateway is told to',
    prompt_cache_retention: 'keeps the prompt',
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
