import type { Deny } from 'kars-constructs/contract';
import { first, isNothing, isRecord } from '../../surfaces/reach.ts';
import type { Block, MessagesRequest } from '../../surfaces/messages/messages-request.ts';
import { refusalsOf } from '../refusals.ts';

const { refuse, refuseOthers } = refusalsOf('chat completions', 'do not have');

/** Refuses what would be lost in a chat completion. Hints about caches are no part of what is asked. */
export const refuseUntranslatable = (request: MessagesRequest): Deny | undefined =>
  refuseOthers('', request, OF_REQUEST) ??
  refuseThinking(request['thinking']) ??
  refuseOutput(request['output_config']) ??
  first((request.tools ?? []).entries(), ([index, tool]) =>
    isNothing(tool.type) || tool.type === 'custom'
      ? refuseOthers(`tools[${index}].`, tool, OF_TOOL)
      : refuse(`tools[${index}] of type ${JSON.stringify(tool.type)}`),
  ) ??
  refuseContent('system', request.system, SYSTEM) ??
  first(request.messages.entries(), ([index, { role, content }]) => {
    const blocks = BLOCKS.get(role);
    const at = `messages[${index}]`;
    return blocks === undefined
      ? refuse(`${at} of role ${JSON.stringify(role)}`)
      : refuseContent(`${at}.content`, content, blocks);
  });

const OF_REQUEST: ReadonlySet<string> = new Set([
  'cache_control',
  'max_tokens',
  'messages',
  'metadata',
  'model',
  'output_config',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
]);

const OF_TOOL: ReadonlySet<string> = new Set([
  'cache_control',
  'description',
  'eager_input_streaming',
  'input_schema',
  'name',
  'strict',
  'type',
]);

/** The blocks that each place has, and their members. */
type Blocks = ReadonlyMap<string, ReadonlySet<string>>;

const blocks = (of: Readonly<Record<string, readonly string[]>>): Blocks =>
  new Map(
    Object.entries(of).map(([type, names]) => [type, new Set(['cache_control', 'type', ...names])]),
  );

const SYSTEM = blocks({ text: ['text'] });

const BLOCKS: ReadonlyMap<string, Blocks> = new Map([
  [
    'user',
    blocks({
      text: ['text'],
      image: ['source'],
      tool_result: ['content', 'is_error', 'tool_use_id'],
    }),
  ],
  ['assistant', blocks({ text: ['text'], tool_use: ['caller', 'id', 'input', 'name'] })],
  ['system', SYSTEM],
]);

function refuseContent(at: string, content: unknown, known: Blocks): Deny | undefined {
  if (!Array.isArray(content)) return undefined;
  return first((content as readonly Block[]).entries(), ([index, block]) => {
    const members = known.get(block.type);
    const where = `${at}[${index}]`;
    if (members === undefined) return refuse(`${where} of type ${JSON.stringify(block.type)}`);
    return (
      refuseOthers(`${where}.`, block, members) ??
      refuseSource(where, block) ??
      refuseContent(`${where}.content`, block['content'], SYSTEM)
    );
  });
}

/** Whether a model thinks, and how much, is told to it elsewhere; that it shall not, or as it likes, need not be. */
const refuseThinking = (thinking: unknown): Deny | undefined =>
  isNothing(thinking) ||
  (isRecord(thinking) && ['adaptive', 'disabled'].includes(String(thinking['type'])))
    ? undefined
    : refuse('thinking of a given length');

const OF_OUTPUT: ReadonlySet<string> = new Set(['effort', 'format']);

const OF_FORMAT: ReadonlySet<string> = new Set(['schema', 'type']);

function refuseOutput(output: unknown): Deny | undefined {
  if (!isRecord(output)) return undefined;
  const { format } = output;
  const others = refuseOthers('output_config.', output, OF_OUTPUT);
  if (others !== undefined || isNothing(format)) return others;
  return isRecord(format) && format['type'] === 'json_schema'
    ? refuseOthers('output_config.format.', format, OF_FORMAT)
    : refuse('output_config.format of another type than "json_schema"');
}

const refuseSource = (at: string, { type, source }: Block): Deny | undefined =>
  type === 'image' && !(isRecord(source) && source['type'] === 'base64')
    ? refuse(`${at}.source of another type than "base64"`)
    : undefined;
