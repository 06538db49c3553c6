import type { FastifyReply, FastifyRequest } from 'fastify';
import { ModelRoute, type ModelRouteOptions } from './model-route.ts';
import type { ServedSurface } from './plan-call.ts';
import { chat } from './surfaces/chat/chat.ts';
import { completions } from './surfaces/completions.ts';
import { embeddings } from './surfaces/embeddings.ts';
import { images } from './surfaces/images.ts';
import { anthropicErrors } from './surfaces/messages/anthropic-error.ts';
import { countTokens, messages } from './surfaces/messages/messages.ts';
import { openAiErrors } from './surfaces/openai-error.ts';
import { responses } from './surfaces/responses/responses.ts';
import type { ErrorShape, ModelRequest, Surface } from './surfaces/surface.ts';
import { chatOnResponses } from './translations/chat-on-responses/chat-on-responses.ts';
import { messagesOnResponses } from './translations/messages-on-responses.ts';
import { messagesOnChat } from './translations/messages-on-chat/messages-on-chat.ts';

/** What answers a request. */
type Serve = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** A way to use a model, by POST. */
export interface SurfaceRoute {
  readonly paths: readonly string[];
  /** As audit log and metrics have it. */
  readonly surface: string;
  /** What it is for. */
  readonly meaning: string;
  readonly isStreamed: boolean;
  readonly serve: (options: ModelRouteOptions) => Serve;
}

/** Where the paths of OpenAI's API begin, as its own clients, those of Azure and those of Foundry have it. */
const OPENAI_BASES = ['/v1', '/openai', '/openai/v1'] as const;

const ofOpenAi = (...paths: readonly string[]): string[] =>
  OPENAI_BASES.flatMap((base) => paths.map((path) => `${base}${path}`));

/** Clients of Azure name the model of these in the path. */
const ofDeployment = (path: string): string[] => ofOpenAi(path, `/deployments/:deployment${path}`);

const ofAnthropic = (path: string): string[] => [`/v1${path}`, `/anthropic/v1${path}`];

function surfaceRoute<R extends ModelRequest>(
  paths: readonly string[],
  surface: Surface<R>,
  meaning: string,
  translations: NonNullable<ServedSurface<R>['translations']> = {},
): SurfaceRoute {
  return {
    paths,
    surface: surface.name,
    meaning,
    isStreamed: surface.streaming !== undefined,
    serve: (options) => {
      const served = new ModelRoute({ surface, translations }, options);
      return (request, reply) => served.serve(request, reply);
    },
  };
}

/** Every way to use a model. */
export const surfaceRoutes: readonly SurfaceRoute[] = [
  surfaceRoute(ofDeployment('/chat/completions'), chat, 'chat completions of OpenAI', {
    responses: chatOnResponses,
  }),
  surfaceRoute(ofDeployment('/completions'), completions, 'completions of OpenAI'),
  surfaceRoute(ofDeployment('/embeddings'), embeddings, 'embeddings of OpenAI'),
  surfaceRoute(ofDeployment('/images/generations'), images, 'images of OpenAI'),
  surfaceRoute(ofOpenAi('/responses'), responses, 'responses of OpenAI'),
  surfaceRoute(ofAnthropic('/messages'), messages, 'messages of Anthropic', {
    openai: messagesOnChat,
    responses: messagesOnResponses,
  }),
  surfaceRoute(
    ofAnthropic('/messages/count_tokens'),
    countTokens,
    'count of the tokens of a message, of Anthropic',
  ),
];

/** Every path by which the models are listed, by GET. */
export const listPaths: readonly string[] = ofOpenAi('/models', '/deployments');

/** The shape of errors at a path, whether something serves it or not. */
export const errorsAt = (url: string): ErrorShape =>
  url.startsWith('/v1/messages') || url.startsWith('/anthropic/') ? anthropicErrors : openAiErrors;
