/** Fields of a chat completion that a decision reads. */
const decided = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'tools',
  'functions',
] as const;

/**
 * Fields that pass as they came: they say how the model answers, and make the provider fetch, run and
 * keep nothing.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 * @see https://docs.vllm.ai/en/stable/serving/openai_compatible_server/
 */
const inert = [
  'audio',
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
  'metadata',
  'min_p',
  'min_tokens',
  'modalities',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_retention',
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
] as const;

/** Fields by which a provider would act for the agent, and what it would do. */
const reaching = {
  background: 'works on after the connection has ended',
  conversation: 'goes on from what it has kept',
  data_sources: 'reads from a data source that the request names',
  enable_search: 'searches the web',
  mcp_servers: 'calls MCP servers',
  models: 'chooses among models that no policy has seen',
  plugins: 'runs plug-ins',
  previous_response_id: 'goes on from what it has kept',
  prompt: 'uses a prompt that it has kept',
  provider: 'passes the request on to others',
  route: 'passes the request on to others',
  search_parameters: 'searches the web',
  store: 'keeps the conversation',
  web_search_options: 'searches the web',
} as const;

/** Fields of a message that pass; its content is judged by itself. */
const message = [
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
] as const;

const known: ReadonlySet<string> = new Set([...decided, ...inert]);
const ofMessage: ReadonlySet<string> = new Set(message);
const acts: ReadonlyMap<string, string> = new Map(Object.entries(reaching));

/** Whether a field of a request passes or is decided elsewhere. */
export const isKnownField = (name: string): boolean => known.has(name);

/** What a provider does for the agent because of a field, or undefined. */
export const actOf = (name: string): string | undefined => acts.get(name);

/** Whether a field of a message passes. */
export const isMessageField = (name: string): boolean => ofMessage.has(name);
