import type { FastifyReply, FastifyRequest } from 'fastify';
import { ModelRoute, type ModelRouteOptions } from './model-route.ts';
import { chat } from './surfaces/chat/chat.ts';
import { completions } from './surfaces/completions.ts';
import { embeddings } from './surfaces/embeddings.ts';
import { images } from './surfaces/images.ts';
import { anthropicErrors } from './surfaces/messages/anthropic-error.ts';
import { countTokens, messages } from './surfaces/messages/messages.ts';
import { openAiErrors } from './surfaces/openai-error.ts';
import { responses } from './surfaces/responses/responses.ts';
import type { ServedSurface } from './plan-call.ts';
import { chatOnResponses } from './translations/chat-on-responses/chat-on-responses.ts';
import { messagesOnResponses } from './translations/messages-on-responses.ts';
import { messagesOnChat } from './translations/messages-on-chat/messages-on-chat.ts';
import type { ErrorShape, ModelRequest, Surface } from './surfaces/surface.ts';

/** What answers a request. */
type Serve = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Every path that takes a request to a model, by POST, and what serves it. */
export function surfaceRoutes(options: ModelRouteOptions): ReadonlyMap<string, Serve> {
  const route = <R extends ModelRequest>(
    surface: Surface<R>,
    translations: ServedSurface<R>['translations'] = {},
  ): Serve => {
    const served = new ModelRoute({ surface, translations }, options);
    return (request, reply) => served.serve(request, reply);
  };
  const [message, count] = [
    route(messages, { openai: messagesOnChat, responses: messagesOnResponses }),
    route(countTokens),
  ];
  return new Map([
    ['/v1/chat/completions', route(chat, { responses: chatOnResponses })],
    ['/v1/completions', route(completions)],
    ['/v1/embeddings', route(embeddings)],
    ['/v1/images/generations', route(images)],
    ['/v1/responses', route(responses)],
    ['/v1/messages', message],
    ['/anthropic/v1/messages', message],
    ['/v1/messages/count_tokens', count],
    ['/anthropic/v1/messages/count_tokens', count],
  ]);
}

/** The shape of errors at a path, whether something serves it or not. */
export const errorsAt = (url: string): ErrorShape =>
  url.startsWith('/v1/messages') || url.startsWith('/anthropic/') ? anthropicErrors : openAiErrors;
