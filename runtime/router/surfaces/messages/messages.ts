import type { Deny } from 'kars-constructs/contract';
import { textBound } from '../input-bound.ts';
import { outputIn } from '../output-field.ts';
import { isNothing, isRecord } from '../reach.ts';
import type { OfferedTool, Surface } from '../surface.ts';
import { anthropicErrors } from './anthropic-error.ts';
import { chosenTools } from '../tool-choice.ts';
import { refuseToolFields } from '../tool-fields.ts';
import { betaHeaders, hostedMembers, offeredByProvider } from './hosted-tools.ts';
import { offeredByServers } from './mcp-servers.ts';
import { messageCalls } from './messages-calls.ts';
import { countFields, messagesFields, namesOfAgentTool, toolFields } from './messages-fields.ts';
import { forwardedMessages, refuseMessagesReach } from './messages-reach.ts';
import {
  countRequest,
  messagesRequest,
  type CountRequest,
  type MessagesRequest,
} from './messages-request.ts';
import { messagesStreaming, messagesUsage } from './messages-stream.ts';

/**
 * Messages of Anthropic's API.
 *
 * @see https://docs.anthropic.com/en/api/messages
 */
export const messages: Surface<MessagesRequest> = {
  name: 'messages',
  api: 'anthropic',
  path: '/messages',
  request: messagesRequest,
  refuseReach: (asked, reach) => refuseMessagesReach(messagesFields, asked, reach),
  headersFor: betaHeaders,
  offeredTools,
  calledTools: messageCalls,
  refuseToolForm,
  forwarded: (asked) => forwardedMessages(messagesFields, asked),
  output: outputIn('max_tokens'),
  inputBound,
  isAnswer: (value) => isRecord(value) && Array.isArray(value['content']),
  usageOf: messagesUsage,
  streaming: messagesStreaming,
  errors: anthropicErrors,
};

/**
 * The number of tokens that a message would be.
 *
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const countTokens: Surface<CountRequest> = {
  name: 'count-tokens',
  api: 'anthropic',
  path: '/messages/count_tokens',
  request: countRequest,
  refuseReach: (asked, reach) => refuseMessagesReach(countFields, asked, reach),
  headersFor: betaHeaders,
  offeredTools,
  refuseToolForm,
  forwarded: (asked) => forwardedMessages(countFields, asked),
  output: undefined,
  inputBound,
  isAnswer: (value) => isRecord(value) && typeof value['input_tokens'] === 'number',
  usageOf: () => ({ input: 0, output: 0 }),
  streaming: undefined,
  errors: anthropicErrors,
};

/** Tools that the agent runs itself have a name; any other runs at the provider. */
function offeredTools(asked: CountRequest): OfferedTool[] {
  const { tools, tool_choice: choice } = asked;
  const offered = (tools ?? []).flatMap((tool): readonly OfferedTool[] => {
    const { name } = tool;
    const type = tool.type ?? 'custom';
    const isOfAgent =
      name !== undefined && (type === 'custom' || namesOfAgentTool(type).includes(name));
    return isOfAgent ? [{ type: 'custom', name }] : offeredByProvider(type, tool);
  });
  return [...offered, ...chosenTools(choice), ...offeredByServers(asked)];
}

function refuseToolForm({ tools }: CountRequest): Deny | undefined {
  return refuseToolFields('tools', tools, ({ type }) => hostedMembers(String(type)) ?? toolFields);
}

/** What the provider says of its own accord where there are tools, and of each that it has made. */
const TOKENS_OF_TOOLS = 2048;

function inputBound(asked: CountRequest): number | undefined {
  const said = [asked.system, ...asked.messages.map(({ content }) => content)];
  const tools = asked.tools ?? [];
  const made = tools.filter(({ type }) => namesOfAgentTool(type ?? '').length > 0).length;
  const added = tools.length === 0 ? 0 : TOKENS_OF_TOOLS * (1 + made);
  return said.every(isText) ? textBound(asked) + added : undefined;
}

/** Of an image, or of what only the provider can read, nobody knows how many tokens it is. */
const isText = (content: unknown): boolean =>
  !Array.isArray(content) || content.every((block) => isRecord(block) && isTextBlock(block));

function isTextBlock(block: Readonly<Record<string, unknown>>): boolean {
  const { type, source, content, signature } = block;
  switch (type) {
    case 'text':
    case 'tool_use':
      return true;
    case 'thinking':
      return typeof signature !== 'string' || signature === '';
    case 'search_result':
      return !hasCitations(block) && isText(content);
    case 'tool_result':
      return isText(content);
    case 'document':
      // With citations each sentence is wrapped by the provider.
      if (hasCitations(block)) return false;
      return isRecord(source) && (source['type'] === 'text' || isContentSource(source));
    default:
      return false;
  }
}

const hasCitations = ({ citations }: Readonly<Record<string, unknown>>): boolean =>
  !isNothing(citations) && !(isRecord(citations) && citations['enabled'] === false);

const isContentSource = ({ type, content }: Readonly<Record<string, unknown>>): boolean =>
  type === 'content' && isText(content);
