import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { deny, runtimeCodes, type Deny } from 'kars-constructs/contract';
import type { Snapshot } from '../policy/snapshot.ts';
import type { DecisionRecorder } from '../service/decision-recorder.ts';
import type { Budget } from './budget/budget.ts';
import { ChatRoute, decideModels, policiesOf, send } from './chat.ts';
import { CallSlots } from './call-slots.ts';
import { membersOf, readJsonText } from './json-text.ts';
import { limits, type Limits } from './limits.ts';
import type { Upstream } from './upstream.ts';
import { whenClosed } from './when-closed.ts';

/** What the router is built from. */
export interface RouterOptions {
  readonly snapshot: () => Snapshot | undefined;
  readonly recorder: DecisionRecorder;
  readonly upstream: Upstream;
  readonly budget: Budget;
  /** @default {@link limits} */
  readonly bounds?: Limits;
}

const RULE = 'inference router';

/** A body whose text is not too long, but what it stands for. */
class TooComplex extends Error {}

/** A body that two readers could read in two ways. */
class Ambiguous extends Error {
  readonly statusCode = 400;
}

/** The API that the agent uses, in the shape of OpenAI's. */
export function createRouter(options: RouterOptions): FastifyInstance {
  const { snapshot, recorder, bounds = limits } = options;
  const app = fastify({
    bodyLimit: bounds.requestBytes,
    requestTimeout: bounds.requestMilliseconds,
    http: {
      headersTimeout: bounds.headerMilliseconds,
      connectionsCheckingInterval: bounds.headerMilliseconds,
    },
    routerOptions: { caseSensitive: true },
    forceCloseConnections: true,
  });
  const chat = new ChatRoute(options);
  const slots = new CallSlots(bounds);
  app.server.maxConnections = bounds.agentConnections;

  app.addHook('onRequest', async ({ headers }, reply) => {
    const bytes = slots.announced(headers);
    const denial = slots.take(bytes);
    if (denial !== undefined) {
      await send(reply, denial);
      return;
    }
    whenClosed(reply.raw, () => {
      slots.give(bytes);
    });
  });

  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      const { tooComplex, changedNumber, members } = readJsonText(body, bounds);
      if (tooComplex !== undefined) {
        done(new TooComplex(tooComplex));
        return;
      }
      void parse(request, body, (error, value: unknown) => {
        if (error !== null) done(error);
        else if (membersOf(value) !== members)
          done(new Ambiguous('a key stands twice in the body'));
        else if (changedNumber !== undefined) {
          done(
            new Ambiguous(`the number ${changedNumber.slice(0, 40)} is none that a double holds`),
          );
        } else done(null, value);
      });
    },
  );

  app.post('/v1/chat/completions', (request, reply) => chat.serve(request, reply));

  app.get('/v1/models', async (_request, reply) => {
    const current = snapshot();
    const { inference } = policiesOf(current);
    const decision = decideModels(inference);
    const call = { set: current?.setDigest, surface: 'models', target: '*', decision };
    const unrecorded = await recorder.decidedOrDeny(call);
    if (unrecorded !== undefined) return send(reply, unrecorded);
    if (!decision.allow) return send(reply, decision);
    const data = (inference?.payload.models ?? []).map(({ deployment, provider }) => ({
      id: deployment,
      object: 'model',
      created: 0,
      owned_by: provider,
    }));
    return reply.send({ object: 'list', data });
  });

  /** Refuses what no route has decided. */
  const refuse = async (
    { method, url }: FastifyRequest,
    reply: FastifyReply,
    denial: Deny,
  ): Promise<FastifyReply> => {
    const set = snapshot()?.setDigest;
    const call = { set, surface: 'http', target: `${method} ${url}`, decision: denial };
    return send(reply, (await recorder.decidedOrDeny(call)) ?? denial);
  };

  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, deny('KARS_ROUTE_UNKNOWN', RULE, 'no route has this method and path')),
  );

  app.setErrorHandler((error: FastifyError, request, reply) =>
    refuse(request, reply, denialOf(error, bounds)),
  );

  return app;
}

/** What fastify itself refuses, as a denial of ours. */
function denialOf(error: FastifyError | TooComplex, { requestBytes }: Limits): Deny {
  if (error instanceof TooComplex) return deny('KARS_REQUEST_TOO_LARGE', RULE, error.message);
  const status = error.statusCode ?? 500;
  if (status === runtimeCodes.KARS_REQUEST_TOO_LARGE.status) {
    return deny('KARS_REQUEST_TOO_LARGE', RULE, `the body is over ${requestBytes} bytes`);
  }
  return status < 500
    ? deny('KARS_REQUEST_INVALID', RULE, error.message)
    : deny('KARS_INTERNAL', RULE, 'the router failed at this call');
}
