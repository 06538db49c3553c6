import { FieldTable, type Fields } from '../field-table.ts';

const counted = ['messages', 'model', 'system', 'tools'];

const inert = [
  'cache_control',
  'inference_geo',
  'metadata',
  'output_config',
  'service_tier',
  'speed',
  'stop_sequences',
  'temperature',
  'thinking',
  'tool_choice',
  'top_k',
  'top_p',
];

const reaching = {
  betas: 'does what no policy has seen',
  container: { act: 'CodeExecution', does: 'runs code', isJudged: true },
  context_management: 'makes further calls to shorten the conversation',
  diagnostics: 'goes on from what it has kept',
  fallbacks: 'chooses among models that no policy has seen',
  mcp_servers: { act: 'Mcp', does: 'calls MCP servers', isJudged: true },
} as const satisfies Fields['reaching'];

/**
 * Fields of a request for a message.
 *
 * @see https://docs.anthropic.com/en/api/messages
 */
export const messagesFields = new FieldTable({
  decided: [...counted, 'max_tokens', 'stream'],
  inert,
  reaching,
});

/**
 * Fields of a request to count tokens.
 *
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const countFields = new FieldTable({ decided: counted, inert, reaching });

/** Fields of a message that pass; its content is judged by itself. */
export const messageFields: ReadonlySet<string> = new Set(['content', 'role']);

const fields = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(['cache_control', 'type', ...names]);

/** Fields of blocks that pass, by type; content, source and caller are judged by themselves. */
export const blockFields: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['text', fields('citations', 'text')],
  ['image', fields('source')],
  ['document', fields('citations', 'context', 'source', 'title')],
  ['search_result', fields('citations', 'content', 'source', 'title')],
  ['tool_use', fields('caller', 'id', 'input', 'name')],
  ['tool_result', fields('content', 'is_error', 'tool_use_id')],
  ['thinking', fields('signature', 'thinking')],
  ['redacted_thinking', fields('data')],
]);

/** Blocks by which the provider acts for the agent as no policy can name, and what it does. */
export const reachingBlocks: ReadonlyMap<string, string> = new Map([
  ['server_tool_use', 'goes on with what a tool of its own did'],
]);

/** Tools of the provider's own making that the agent runs: the names that each may have. */
const toolsOfAgent: ReadonlyMap<string, readonly string[]> = new Map([
  ['bash', ['bash']],
  ['computer', ['computer']],
  ['memory', ['memory']],
  ['text_editor', ['str_replace_based_edit_tool', 'str_replace_editor']],
]);

/** Their types end with the release of their form. */
const TYPE = /^([a-z_]+)_\d{8}$/;

/** The names of a tool of the provider's own making that the agent runs; none for other types. */
export const namesOfAgentTool = (type: string): readonly string[] =>
  toolsOfAgent.get(TYPE.exec(type)?.[1] ?? '') ?? [];

/** Members of the tools that the agent runs. */
export const toolFields: ReadonlySet<string> = new Set([
  'cache_control',
  'description',
  'display_height_px',
  'display_number',
  'display_width_px',
  'eager_input_streaming',
  'enable_zoom',
  'input_examples',
  'input_schema',
  'max_characters',
  'name',
  'strict',
  'type',
]);
