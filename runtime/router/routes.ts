import type { FastifyReply, FastifyRequest } from 'fastify';
import { ModelRoute, type ModelRouteOptions } from './model-route.ts';
import { chat } from './surfaces/chat/chat.ts';
import { completions } from './surfaces/completions.ts';
import { embeddings } from './surfaces/embeddings.ts';
import { responses } from './surfaces/responses/responses.ts';
import type { ModelRequest, Surface } from './surfaces/surface.ts';

/** What answers a request. */
type Serve = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Every path that takes a request to a model, by POST, and what serves it. */
export function surfaceRoutes(options: ModelRouteOptions): ReadonlyMap<string, Serve> {
  const route = <R extends ModelRequest>(surface: Surface<R>): Serve => {
    const served = new ModelRoute(surface, options);
    return (request, reply) => served.serve(request, reply);
  };
  return new Map([
    ['/v1/chat/completions', route(chat)],
    ['/v1/completions', route(completions)],
    ['/v1/embeddings', route(embeddings)],
    ['/v1/responses', route(responses)],
  ]);
}
