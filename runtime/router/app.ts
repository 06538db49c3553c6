import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { deny, runtimeCodes, type Deny } from 'kars-constructs/contract';
import type { Snapshot } from '../policy/snapshot.ts';
import type { DecisionRecorder } from '../service/decision-recorder.ts';
import { ChatRoute, decideModels, policiesOf, send } from './chat.ts';
import { limits } from './limits.ts';
import type { Upstream } from './upstream.ts';

/** What the router is built from. */
export interface RouterOptions {
  readonly snapshot: () => Snapshot | undefined;
  readonly recorder: DecisionRecorder;
  readonly upstream: Upstream;
}

const RULE = 'inference router';

/** The API that the agent uses, in the shape of OpenAI's. */
export function createRouter(options: RouterOptions): FastifyInstance {
  const { snapshot, recorder } = options;
  const app = fastify({
    bodyLimit: limits.requestBytes,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    routerOptions: { caseSensitive: true },
    forceCloseConnections: true,
  });
  const chat = new ChatRoute(options);
  let calls = 0;

  app.addHook('onRequest', async (_request, reply) => {
    if (calls >= limits.concurrentCalls) {
      const reason = `${limits.concurrentCalls} calls are under way`;
      await send(reply, deny('KARS_OVERLOADED', RULE, reason));
      return;
    }
    calls += 1;
    reply.raw.once('close', () => {
      calls -= 1;
    });
  });

  app.post('/v1/chat/completions', (request, reply) => chat.serve(request, reply));

  app.get('/v1/models', async (_request, reply) => {
    const current = snapshot();
    const { inference } = policiesOf(current);
    const decision = decideModels(inference);
    await recorder.decided({ set: current?.setDigest, surface: 'models', target: '*', decision });
    if (!decision.allow) return send(reply, decision);
    const data = (inference?.payload.models ?? []).map(({ deployment, provider }) => ({
      id: deployment,
      object: 'model',
      created: 0,
      owned_by: provider,
    }));
    return reply.send({ object: 'list', data });
  });

  app.setNotFoundHandler((request, reply) => {
    const reason = `got ${request.method} ${request.url.slice(0, 200)}`;
    return send(reply, deny('KARS_ROUTE_UNKNOWN', RULE, reason));
  });

  app.setErrorHandler((error: FastifyError, _request, reply) => send(reply, denialOf(error)));

  return app;
}

/** What fastify itself refuses, as a denial of ours. */
function denialOf(error: FastifyError): Deny {
  const status = error.statusCode ?? 500;
  if (status === runtimeCodes.KARS_REQUEST_TOO_LARGE.status) {
    return deny('KARS_REQUEST_TOO_LARGE', RULE, `the body is over ${limits.requestBytes} bytes`);
  }
  return status < 500
    ? deny('KARS_REQUEST_INVALID', RULE, error.message)
    : deny('KARS_AUDIT_UNAVAILABLE', 'audit log', 'the decision cannot be recorded');
}
