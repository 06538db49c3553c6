import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { deny, httpHeaders, type Deny } from 'kars-constructs/contract';
import type { Snapshot } from '../policy/snapshot.ts';
import type { DecidedCall, DecisionRecorder } from '../service/decision-recorder.ts';
import { retryAfterOf } from '../service/retry-after.ts';
import type { Budget, Reserved } from './budget/budget.ts';
import { Settlement } from './budget/settlement.ts';
import { budgetOf, limitsOf, policiesOf, type CallPolicies } from './call-policies.ts';
import type { CallMetrics, CallWatch } from './call-metrics.ts';
import type { CallRates } from './call-rates.ts';
import type { Circuits } from './failover/circuit.ts';
import { isBeforeWork } from './failover/refusal.ts';
import { sendToTargets, type Sent } from './failover/send-to-targets.ts';
import type { Governance } from './governance.ts';
import { planCall, type CallPlan, type ServedSurface } from './plan-call.ts';
import { readAnswer } from './read-answer.ts';
import { CLIENT_GONE, relayStream } from './relay.ts';
import { ContentGate, judgeContent, type ContentJudge } from './safety/content-gate.ts';
import { contentJudge } from './safety/content-judge.ts';
import type { HeldBytes } from './safety/held-bytes.ts';
import { sendDenial } from './send-denial.ts';
import { StreamBody } from './stream-body.ts';
import { isRecord } from './surfaces/reach.ts';
import type { ModelRequest, Surface } from './surfaces/surface.ts';
import { CallGate } from './tools/call-gate.ts';
import { refuseCalls, toolJudge, type ToolJudge } from './tools/tool-judge.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';
import { whenClosed } from './when-closed.ts';

/** What all surfaces share. */
export interface ModelRouteOptions {
  readonly snapshot: () => Snapshot | undefined;
  readonly recorder: DecisionRecorder;
  readonly upstream: Upstream;
  readonly budget: Budget;
  readonly rates: CallRates;
  readonly circuits: Circuits;
  readonly metrics: CallMetrics;
  /** What streams hold back at once. */
  readonly held: HeldBytes;
  readonly governance: Governance;
}

/** A call that is under way. */
interface Call {
  readonly reply: FastifyReply;
  readonly watch: CallWatch;
  readonly snapshot: Snapshot | undefined;
  readonly policies: CallPolicies;
  readonly plan: CallPlan;
  /** Plans the targets that may take over. */
  readonly others: readonly (() => CallPlan | Deny)[];
}

/** An attempt that has its tokens, and is recorded. */
interface Attempt {
  readonly settlement: Settlement;
  readonly reserved: Reserved;
  readonly judge: ToolJudge;
  /** Undefined where everything passes. */
  readonly content: ContentJudge | undefined;
  readonly body: unknown;
}

/** Serves one surface: read, decide, reserve, record, call, relay, settle. */
export class ModelRoute<R extends ModelRequest> {
  readonly #served: ServedSurface<R>;
  readonly #surface: Surface<R>;
  readonly #options: ModelRouteOptions;

  constructor(served: ServedSurface<R>, options: ModelRouteOptions) {
    this.#served = served;
    this.#surface = served.surface;
    this.#options = options;
  }

  /** Answers one request. */
  async serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { snapshot: current, rates, metrics, governance } = this.#options;
    const watch = metrics.of(reply);
    watch.surface = this.#surface.name;
    const parsed = this.#surface.request.safeParse(withModelOfPath(request));
    const snapshot = current();
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const reason = `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'not an object'}`;
      const denial = deny('KARS_REQUEST_INVALID', 'inference router', reason);
      return this.#refuse(reply, watch, snapshot, 'unreadable', denial);
    }
    const asked = parsed.data;
    const policies = policiesOf(snapshot);
    const plan = planCall(this.#served, asked, policies);
    if ('code' in plan) return this.#refuse(reply, watch, snapshot, asked.model ?? 'default', plan);
    const { name: surface, offeredTools } = this.#surface;
    const offered = offeredTools?.(asked) ?? [];
    const governed = { surface, model: plan.deployment, offered };
    const refused = await governance.refuseRequest(governed, policies);
    if (refused !== undefined && 'code' in refused) {
      return this.#refuse(reply, watch, snapshot, plan.model, refused);
    }
    const place = refused ?? rates.take(limitsOf(policies));
    if ('denial' in place) {
      void reply.header(httpHeaders.retryAfter.name, place.retryAfter);
      return this.#refuse(reply, watch, snapshot, plan.model, place.denial);
    }
    whenClosed(reply.raw, place);
    const others = Array.from(
      { length: plan.fallbacks },
      (_, fallback) => () => planCall(this.#served, asked, policies, fallback),
    );
    return this.#call({ reply, watch, snapshot, policies, plan, others });
  }

  async #call(call: Call): Promise<FastifyReply> {
    const { reply, watch, plan, others } = call;
    const { upstream, circuits } = this.#options;
    const gone = new AbortController();
    whenClosed(reply.raw, () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const sent = await sendToTargets<CallPlan, Attempt>({
      upstream: watch.through(upstream),
      circuits,
      first: plan,
      others,
      begin: (target) => this.#begin(call, target),
      gone: gone.signal,
    });
    if ('code' in sent) return this.#deny(reply, sent);
    const { settlement } = sent.begun;
    if ('denial' in sent.result) {
      const { denial, isSent } = sent.result;
      const { reason: outcome } = denial;
      await (isSent ? settlement.end({ outcome }) : settlement.free(outcome));
      return this.#deny(reply, denial);
    }
    return sent.target.exchange.isStreamed && isEventStream(sent.result)
      ? this.#stream(call, sent, sent.result, gone.signal)
      : this.#whole(call, sent, sent.result).catch((error: unknown) => {
          settlement.abandon('the router failed at the answer');
          throw error;
        });
  }

  /** Charges and records an attempt before it is made, or says why it is not. */
  async #begin(
    { reply, watch, snapshot, policies, plan }: Call,
    { provider, exchange, model, deployment, decision }: CallPlan,
  ): Promise<Attempt | Deny> {
    const { budget, recorder, governance } = this.#options;
    const set = snapshot?.setDigest;
    const { name: surface } = this.#surface;
    const call = { set, surface, target: model, trace: watch.traced.id };
    const refused =
      deployment === plan.deployment
        ? undefined
        : await governance.refuseTarget(surface, deployment, policies);
    const reserved = refused ?? budget.reserve(exchange.demand, budgetOf(policies));
    if ('code' in reserved) {
      return (await recorder.decidedOrDeny({ ...call, decision: reserved })) ?? reserved;
    }
    const { reservation, left, output } = reserved;
    const decided: DecidedCall = { ...call, decision, reserved: reservation.tokens };
    const settlement = new Settlement({ budget, recorder, call: decided, reservation });
    const unrecorded = await recorder.decidedOrDeny(decided);
    if (unrecorded !== undefined) {
      settlement.cancel();
      return unrecorded;
    }
    watch.traced.target = { provider, deployment };
    if (left !== undefined) void reply.header(httpHeaders.tokensLeft.name, left);
    const judge = toolJudge({ recorder, governance, decided, policies });
    const content = contentJudge({ recorder, decided, policies, contentOf: exchange.contentOf });
    return { settlement, reserved, judge, content, body: exchange.body(output?.each) };
  }

  #stream(
    { reply, watch }: Call,
    { target, begun: { settlement, reserved, judge, content } }: Sent<CallPlan, Attempt>,
    answer: UpstreamAnswer,
    gone: AbortSignal,
  ): FastifyReply {
    const body = new StreamBody(answer.body);
    const calls = new CallGate(judge, target.exchange.renamed);
    const gated = content && new ContentGate(content, calls, this.#options.held);
    let isWhole = false;
    const events = relayStream(body.parts(), {
      read: target.exchange.readEvent,
      translate: target.exchange.answers?.events(),
      errors: this.#surface.errors,
      eventBytes: target.exchange.eventBytes,
      gate: gated ?? calls,
      credential: answer.credential,
      gone,
      reserved: reserved.output,
      watch,
      settle: (end) => {
        ({ isWhole } = end);
        watch.traced.usage = end.usage;
        return settlement.end(end);
      },
    });
    const stream = Readable.from(events);
    // Fastify destroys, unread, the stream of a client that has gone.
    stream.once('close', () => {
      gated?.close();
      if (isWhole) body.finish();
      else body.break();
      settlement.abandon(CLIENT_GONE);
    });
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(stream);
  }

  async #whole(
    { reply, watch }: Call,
    { target, begun: { settlement, judge, content } }: Sent<CallPlan, Attempt>,
    answer: UpstreamAnswer,
  ): Promise<FastifyReply> {
    const read = await readAnswer(answer, target.exchange, this.#surface.errors);
    if ('code' in read) {
      watch.failed(read);
      await (isBeforeWork(answer.status)
        ? settlement.free(read.reason)
        : settlement.end({ outcome: read.reason }));
      return this.#deny(reply, read);
    }
    const { status, body, usage, calls, value } = read;
    watch.traced.usage = usage;
    watch.traced.finished(read.finishReasons);
    const refused =
      (content === undefined || value === undefined
        ? undefined
        : await judgeContent(value, content)) ?? (await refuseCalls(calls, judge));
    const said = refused ?? body;
    if (typeof said !== 'string') {
      if (said === body) watch.failed(said);
      await settlement.end({ usage, outcome: said.reason });
      return this.#deny(reply, said);
    }
    const outcome = `the provider answered with status ${status}`;
    await (isBeforeWork(answer.status)
      ? settlement.free(outcome)
      : settlement.end({ usage, outcome }));
    const wait = retryAfterOf(answer.headers);
    if (wait !== undefined) void reply.header(httpHeaders.retryAfter.name, Math.ceil(wait / 1000));
    return reply.code(status).type('application/json').send(said);
  }

  async #refuse(
    reply: FastifyReply,
    { traced: { id: trace } }: CallWatch,
    snapshot: Snapshot | undefined,
    target: string,
    denial: Deny,
  ): Promise<FastifyReply> {
    const { name: surface } = this.#surface;
    const call = { set: snapshot?.setDigest, surface, target, decision: denial, trace };
    return this.#deny(reply, (await this.#options.recorder.decidedOrDeny(call)) ?? denial);
  }

  #deny(reply: FastifyReply, denial: Deny): FastifyReply {
    return sendDenial(reply, denial, this.#surface.errors);
  }
}

/** The body of a request. Where its path names the model, that is the one, whatever the body says. */
function withModelOfPath({ body, params }: FastifyRequest): unknown {
  const model = isRecord(params) ? params['deployment'] : undefined;
  return model !== undefined && isRecord(body) ? { ...body, model } : body;
}

const isEventStream = ({ status, headers }: UpstreamAnswer): boolean =>
  status === 200 && String(headers['content-type']).startsWith('text/event-stream');
