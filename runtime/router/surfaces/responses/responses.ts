import { contentOfResponse } from '../content-filters.ts';
import { textBound } from '../input-bound.ts';
import { openAiErrors } from '../openai-error.ts';
import { outputIn } from '../output-field.ts';
import { first, isRecord } from '../reach.ts';
import type { ErrorShape, OfferedTool, Surface } from '../surface.ts';
import { chosenTools, withAct } from '../tool-choice.ts';
import { refuseMember, refuseToolFields } from '../tool-fields.ts';
import { namedTools } from './hosted-items.ts';
import { actOf, hostedMembers, offeredByProvider } from './hosted-tools.ts';
import { responsesCalls } from './responses-calls.ts';
import { textParts, toolFields, toolsOfAgent } from './responses-fields.ts';
import { forwardedResponse, itemsOf, refuseResponsesReach } from './responses-reach.ts';
import { responsesRequest, type InputItem, type ResponsesRequest } from './responses-request.ts';
import { responsesStreaming, responsesUsage } from './responses-stream.ts';

const OF_ENVIRONMENT: ReadonlySet<string> = new Set(['type']);

/** Clients look for an error in an event of that name, and some for a member of that name. */
const errors: ErrorShape = {
  body: (denial) => openAiErrors.body(denial),
  event: (denial) => {
    const { code, reason: message } = denial;
    const data = { type: 'error', code, message, param: null, ...openAiErrors.body(denial) };
    return { event: 'error', data: JSON.stringify(data) };
  },
};

/**
 * Responses, of which the provider keeps nothing.
 *
 * @see https://platform.openai.com/docs/api-reference/responses
 */
export const responses: Surface<ResponsesRequest> = {
  name: 'responses',
  api: 'openai',
  path: '/responses',
  request: responsesRequest,
  refuseReach: refuseResponsesReach,
  offeredTools,
  calledTools: responsesCalls,
  refuseToolForm: ({ tools }) =>
    refuseToolFields('tools', tools, ({ type }) => hostedMembers(String(type)) ?? toolFields) ??
    first((tools ?? []).entries(), ([index, { environment }]) =>
      refuseMember(`tools[${index}].environment`, environment, OF_ENVIRONMENT),
    ),
  forwarded: forwardedResponse,
  output: outputIn('max_output_tokens'),
  inputBound: (asked) =>
    itemsOf(asked).every(isText) ? textBound(asked) + addedBy(asked) : undefined,
  isAnswer: (value) => isRecord(value) && Array.isArray(value['output']),
  usageOf: responsesUsage,
  contentOf: contentOfResponse,
  streaming: responsesStreaming,
  errors,
};

/** Tools that the agent runs itself have a name; any other runs at the provider. */
function offeredTools(asked: ResponsesRequest): OfferedTool[] {
  const { tools, tool_choice: choice } = asked;
  const offered = (tools ?? []).flatMap((tool): readonly OfferedTool[] => {
    const { type, name, environment } = tool;
    if (type === 'function' || type === 'custom') {
      return [name === undefined ? { type } : { type, name }];
    }
    const isOfAgent = toolsOfAgent.has(type) || (type === 'shell' && environment?.type === 'local');
    return isOfAgent ? [{ type, name: type }] : offeredByProvider(tool);
  });
  const chosen = chosenTools(choice, (type) => toolsOfAgent.has(type) || type === 'shell');
  const named = namedTools(itemsOf(asked), choice);
  return [...offered, ...chosen.map((tool) => withAct(tool, actOf)), ...named];
}

/** What the provider says of each tool of its own making. */
const TOKENS_OF_TOOL = 2048;

const addedBy = ({ tools }: ResponsesRequest): number =>
  TOKENS_OF_TOOL *
  (tools ?? []).filter(({ type }) => type !== 'function' && type !== 'custom').length;

/** Of an image, or of what only the provider can read, nobody knows how many tokens it is. */
function isText(item: InputItem): boolean {
  if (typeof item['encrypted_content'] === 'string') return false;
  return [item['content'], item['output'], item['summary']].every(
    (content) =>
      !Array.isArray(content) ||
      content.every((part) => isRecord(part) && textParts.has(part['type'])),
  );
}
