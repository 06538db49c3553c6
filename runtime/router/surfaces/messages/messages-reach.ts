import type { Deny } from 'kars-constructs/contract';
import { keepFields, type FieldTable } from '../field-table.ts';
import {
  first,
  isNothing,
  isRecord,
  noReach,
  refuseAct,
  refuseFieldsBut,
  refuseUnknown,
  type Reach,
} from '../reach.ts';
import { refuseReferencesIn } from '../schema-reference.ts';
import { refuseMember } from '../tool-fields.ts';
import { hostedBlock, refuseHostedBlock } from './hosted-tools.ts';
import { refuseServers, refuseToolset } from './mcp-servers.ts';
import { blockFields, messageFields, reachingBlocks } from './messages-fields.ts';
import type { Block, CountRequest } from './messages-request.ts';

/** Refuses a request by which the provider would act for the agent. */
export const refuseMessagesReach = (
  fields: FieldTable,
  request: CountRequest,
  reach: Reach = noReach,
): Deny | undefined =>
  fields.refuse(request, reach) ??
  refuseServers(request['mcp_servers'], reach) ??
  first((request.tools ?? []).entries(), ([index, tool]) =>
    refuseToolset(`tools[${index}]`, tool),
  ) ??
  refuseContainer(request['container'], reach) ??
  refuseReferencesIn(request, ['output_config', 'tools']) ??
  refuseMember('metadata', request['metadata'], OF_METADATA) ??
  refuseContent('system', request.system, reach) ??
  first(
    request.messages.entries(),
    ([index, message]) =>
      refuseFieldsBut(messageFields, `messages[${index}]`, message) ??
      refuseContent(`messages[${index}].content`, message.content, reach),
  );

/** A container that is named is one that the provider has kept, with what is in it. */
const refuseContainer = (container: unknown, reach: Reach): Deny | undefined =>
  isNothing(container)
    ? undefined
    : typeof container === 'string'
      ? reach.refuse('StoredState', 'container, one that the provider has kept')
      : refuseUnknown('container that is no name');

/** Whom a request is for; a gateway may do more by other members. */
const OF_METADATA: ReadonlySet<string> = new Set(['user_id']);

/** A request, and each of its messages, without the fields that nobody knows and that say nothing. */
export const forwardedMessages = <R extends CountRequest>(fields: FieldTable, request: R): R => ({
  ...fields.known(request),
  messages: request.messages.map((message) =>
    keepFields(message, (name) => messageFields.has(name)),
  ),
});

function refuseContent(at: string, content: unknown, reach: Reach): Deny | undefined {
  if (typeof content === 'string' || isNothing(content)) return undefined;
  if (!Array.isArray(content)) {
    return refuseUnknown(`${at} that is neither text nor a list of blocks`);
  }
  return first(content.entries(), ([index, block]) =>
    isRecord(block) && typeof block['type'] === 'string'
      ? refuseBlock(`${at}[${index}]`, { ...block, type: block['type'] }, reach)
      : refuseUnknown(`${at}[${index}]`),
  );
}

function refuseBlock(at: string, block: Block, reach: Reach): Deny | undefined {
  const { type } = block;
  const told = hostedBlock(block);
  if (told !== undefined) return refuseHostedBlock(at, block, told, reach);
  const does = reachingBlocks.get(type);
  if (does !== undefined)
    return refuseAct(`${at} of type "${type}", with which the provider ${does}`);
  const known = blockFields.get(type);
  return known === undefined
    ? refuseUnknown(`${at} of type ${JSON.stringify(type)}`)
    : (refuseFieldsBut(known, at, block) ??
        refuseContent(`${at}.content`, block['content'], reach) ??
        refuseSource(`${at}.source`, block, reach) ??
        refuseCaller(`${at}.caller`, block['caller']));
}

const OF_SOURCE: ReadonlySet<string> = new Set(['content', 'data', 'media_type', 'type']);

const OF_URL: ReadonlySet<string> = new Set(['type', 'url']);

const OF_FILE: ReadonlySet<string> = new Set(['file_id', 'type']);

/** A source has its content itself, or says where it is; that of a search result is a name alone. */
function refuseSource(at: string, { type, source }: Block, reach: Reach): Deny | undefined {
  if (isNothing(source) || (type === 'search_result' && typeof source === 'string')) {
    return undefined;
  }
  if (!isRecord(source)) return refuseUnknown(`${at} that is no object`);
  switch (source['type']) {
    case 'url':
      return (
        reach.refuseUrl('FetchUrls', `${at}, which the provider would fetch`, source['url']) ??
        refuseFieldsBut(OF_URL, at, source)
      );
    case 'file':
      return (
        reach.refuse('StoredFiles', `${at}, a file that the provider has kept`) ??
        refuseFieldsBut(OF_FILE, at, source)
      );
    case 'base64':
    case 'content':
    case 'text':
      return (
        refuseFieldsBut(OF_SOURCE, at, source) ??
        refuseContent(`${at}.content`, source['content'], reach)
      );
    default:
      return refuseUnknown(`${at} of type ${JSON.stringify(source['type'])}`);
  }
}

/** A tool is called by the model, or by a program that the provider runs. */
const refuseCaller = (at: string, caller: unknown): Deny | undefined =>
  isNothing(caller) || (isRecord(caller) && caller['type'] === 'direct')
    ? undefined
    : refuseAct(`${at}, a program that the provider runs`);
