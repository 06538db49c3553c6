import type { Deny } from 'kars-constructs/contract';
import { first } from '../reach.ts';
import { refuseMember, refuseToolFields } from '../tool-fields.ts';
import type { ChatRequest } from './chat-request.ts';

const OF_FUNCTION: ReadonlySet<string> = new Set(['description', 'name', 'parameters', 'strict']);

const OF_CUSTOM: ReadonlySet<string> = new Set(['description', 'format', 'name']);

/** A tool has the definition of its type and no other, since a server may look for that alone. */
const OF_TOOL: ReadonlyMap<unknown, ReadonlySet<string>> = new Map(
  ['function', 'custom'].map((type) => [type, new Set([type, 'cache_control', 'type'])]),
);

const NONE: ReadonlySet<string> = new Set(['type']);

/** Refuses tools that a server may read as others. */
export const refuseChatTools = ({ tools, functions }: ChatRequest): Deny | undefined =>
  refuseToolFields('tools', tools, ({ type }) => OF_TOOL.get(type) ?? NONE) ??
  refuseToolFields('functions', functions, () => OF_FUNCTION) ??
  first((tools ?? []).entries(), ([index, tool]) => {
    const at = `tools[${index}]`;
    return (
      refuseMember(`${at}.function`, tool.function, OF_FUNCTION) ??
      refuseMember(`${at}.custom`, tool.custom, OF_CUSTOM)
    );
  });
