import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { deny, runtimeCodes, type Deny } from 'kars-constructs/contract';
import { serveAgt, type AgtOptions } from './agt/agt-routes.ts';
import { CallMetrics } from './call-metrics.ts';
import { CallRates } from './call-rates.ts';
import { Circuits } from './failover/circuit.ts';
import { CallSlots } from './call-slots.ts';
import { takeJson, TooComplex } from './json-body.ts';
import { limits, type Limits } from './limits.ts';
import type { ModelRouteOptions } from './model-route.ts';
import { listModels } from './models-route.ts';
import { errorsAt, listPaths, surfaceRoutes } from './routes.ts';
import { HeldBytes } from './safety/held-bytes.ts';
import { sendDenial } from './send-denial.ts';
import { whenClosed } from './when-closed.ts';

/** What the router is built from. */
export interface RouterOptions
  extends Omit<ModelRouteOptions, 'rates' | 'circuits' | 'held' | 'metrics'>, AgtOptions {
  /** @default what is measured is shown nowhere */
  readonly metrics?: CallMetrics;
  /** @default {@link limits} */
  readonly bounds?: Limits;
  /** Whose state others look at. @default of its own */
  readonly circuits?: Circuits;
}

const RULE = 'inference router';

/** The APIs that the agent uses. */
export function createRouter(options: RouterOptions): FastifyInstance {
  const { snapshot, recorder, bounds = limits } = options;
  const { metrics = new CallMetrics(), circuits = new Circuits() } = options;
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
  const slots = new CallSlots(bounds);
  app.server.maxConnections = bounds.agentConnections;

  app.addHook('onRequest', async ({ headers, url }, reply) => {
    metrics.watch(reply);
    const bytes = slots.announced(headers);
    const denial = slots.take(bytes);
    if (denial !== undefined) {
      await sendDenial(reply, denial, errorsAt(url));
      return;
    }
    whenClosed(reply.raw, () => {
      slots.give(bytes);
    });
  });

  takeJson(app, bounds);

  const shared = { ...options, metrics, rates: new CallRates(), circuits, held: new HeldBytes() };
  for (const { paths, serve } of surfaceRoutes) {
    const handler = serve(shared);
    for (const path of paths) app.post(path, handler);
  }
  serveAgt(app, options);
  for (const path of listPaths) app.get(path, (_request, reply) => listModels(reply, shared));

  /** Refuses what no route has decided. */
  const refuse = async (
    { method, url }: FastifyRequest,
    reply: FastifyReply,
    denial: Deny,
  ): Promise<FastifyReply> => {
    const set = snapshot()?.setDigest;
    const { id: trace } = metrics.of(reply).traced;
    const call = { set, surface: 'http', target: `${method} ${url}`, decision: denial, trace };
    return sendDenial(reply, (await recorder.decidedOrDeny(call)) ?? denial, errorsAt(url));
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
