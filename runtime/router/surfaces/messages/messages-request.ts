import * as z from 'zod';
import { name, tokenLimit } from '../request-parts.ts';

const block = z.looseObject({ type: name });

/** A part of what is said. */
export type Block = z.output<typeof block>;

const content = z.union([z.string(), z.array(block)]);

const asked = {
  model: name.optional(),
  messages: z.array(z.looseObject({ role: name, content })).min(1),
  system: content.nullish(),
  tools: z
    .array(z.looseObject({ type: name.nullish(), name: name.optional() }))
    .max(1024)
    .nullish(),
};

/**
 * The parts of a request for a message that decisions depend on.
 *
 * @see https://docs.anthropic.com/en/api/messages
 */
export const messagesRequest = z.looseObject({
  ...asked,
  stream: z.boolean().nullish(),
  max_tokens: tokenLimit,
});

/** A request for a message whose deciding parts have the right form. */
export type MessagesRequest = z.output<typeof messagesRequest>;

/**
 * The same of a request that has tokens counted, and nothing said.
 *
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const countRequest = z.looseObject(asked);

/** A request to count tokens whose deciding parts have the right form. */
export type CountRequest = z.output<typeof countRequest>;

/** A tool as a request offers it. */
export type MessagesTool = NonNullable<CountRequest['tools']>[number];
