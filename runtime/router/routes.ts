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

/** Where the paths of OpenAI's API begin, as its own clients, those of Azure and those of Foundry have it. */
const OPENAI_BASES = ['/v1', '/openai', '/openai/v1'] as const;

/** Every path by which the models are listed, by GET. */
export const listPaths: readonly string[] = OPENAI_BASES.flatMap((base) => [
  `${base}/models`,
  `${base}/deployments`,
]);

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
  /** Clients of Azure name the model of these in the path. */
  const ofDeployment: [string, Serve][] = [
    ['/chat/completions', route(chat, { responses: chatOnResponses })],
    ['/completions', route(completions)],
    ['/embeddings', route(embeddings)],
    ['/images/generations', route(images)],
  ];
  const ofOpenAi: [string, Serve][] = [
    ...ofDeployment,
    ...ofDeployment.map(([path, serve]): [string, Serve] => [
      `/deployments/:deployment${path}`,
      serve,
    ]),
    ['/responses', route(responses)],
  ];
  return new Map([
    ...OPENAI_BASES.flatMap((base) =>
      ofOpenAi.map(([path, serve]): [string, Serve] => [`${base}${path}`, serve]),
    ),
    ['/v1/messages', message],
    ['/anthropic/v1/messages', message],
    ['/v1/messages/count_tokens', count],
    ['/anthropic/v1/messages/count_tokens', count],
  ]);
}

/** The shape of errors at a path, whether something serves it or not. */
export const errorsAt = (url: string): ErrorShape =>
  url.startsWith('/v1/messages') || url.startsWith('/anthropic/') ? anthropicErrors : openAiErrors;
