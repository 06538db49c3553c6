import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { deny, type Deny } from 'kars-constructs/contract';
import type { Snapshot } from '../policy/snapshot.ts';
import type { DecidedCall, DecisionRecorder } from '../service/decision-recorder.ts';
import type { Budget, Reserved } from './budget/budget.ts';
import { Settlement } from './budget/settlement.ts';
import { budgetOf, limitsOf, policiesOf, type CallPolicies } from './call-policies.ts';
import type { CallRates } from './call-rates.ts';
import { planCall, type CallPlan } from './plan-call.ts';
import { readAnswer } from './read-answer.ts';
import { CLIENT_GONE, relayStream } from './relay.ts';
import { sendDenial } from './send-denial.ts';
import type { ModelRequest, Surface } from './surfaces/surface.ts';
import { CallGate } from './tools/call-gate.ts';
import { refuseCalls, toolJudge, type ToolJudge } from './tools/tool-judge.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';
import { whenClosed } from './when-closed.ts';

/** Statuses that a provider answers before a model works: others may carry, or hide, what one has said. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 404, 413, 422, 429]);

/** What all surfaces share. */
export interface ModelRouteOptions {
  readonly snapshot: () => Snapshot | undefined;
  readonly recorder: DecisionRecorder;
  readonly upstream: Upstream;
  readonly budget: Budget;
  readonly rates: CallRates;
}

/** A call that is under way. */
interface Call {
  readonly reply: FastifyReply;
  readonly snapshot: Snapshot | undefined;
  readonly plan: CallPlan;
  readonly reserved: Reserved;
  readonly policies: CallPolicies;
}

/** Serves one surface: read, decide, reserve, record, call, relay, settle. */
export class ModelRoute<R extends ModelRequest> {
  readonly #surface: Surface<R>;
  readonly #options: ModelRouteOptions;

  constructor(surface: Surface<R>, options: ModelRouteOptions) {
    this.#surface = surface;
    this.#options = options;
  }

  /** Answers one request. */
  async serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { snapshot: current, rates, budget } = this.#options;
    const parsed = this.#surface.request.safeParse(request.body);
    const snapshot = current();
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const reason = `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'not an object'}`;
      const denial = deny('KARS_REQUEST_INVALID', 'inference router', reason);
      return this.#refuse(reply, snapshot, 'unreadable', denial);
    }
    const asked = parsed.data;
    const policies = policiesOf(snapshot);
    const plan = planCall(this.#surface, asked, policies);
    if ('code' in plan) return this.#refuse(reply, snapshot, asked.model ?? 'default', plan);
    const place = rates.take(limitsOf(policies));
    if ('denial' in place) {
      void reply.header('retry-after', place.retryAfter);
      return this.#refuse(reply, snapshot, plan.model, place.denial);
    }
    whenClosed(reply.raw, place);
    const reserved = budget.reserve(plan.exchange.demand, budgetOf(policies));
    if ('code' in reserved) return this.#refuse(reply, snapshot, plan.model, reserved);
    return this.#call({ reply, snapshot, plan, reserved, policies });
  }

  async #call(call: Call): Promise<FastifyReply> {
    const { reply, snapshot, plan, reserved } = call;
    const { upstream, budget, recorder } = this.#options;
    const { reservation, left } = reserved;
    const decided: DecidedCall = {
      set: snapshot?.setDigest,
      surface: this.#surface.name,
      target: plan.model,
      decision: plan.decision,
      reserved: reservation.tokens,
    };
    const settlement = new Settlement({ budget, recorder, call: decided, reservation });
    const gone = new AbortController();
    whenClosed(reply.raw, () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const unrecorded = await recorder.decidedOrDeny(decided);
    if (unrecorded !== undefined) {
      settlement.cancel();
      return this.#deny(reply, unrecorded);
    }
    if (left !== undefined) void reply.header('x-kars-tokens-left', left);
    const { provider, exchange } = plan;
    const body = exchange.body(reserved.output?.each);
    const answer = await upstream.send({ provider, path: exchange.path, body }, gone.signal);
    if ('denial' in answer) {
      const { denial, isSent } = answer;
      const { reason: outcome } = denial;
      await (isSent ? settlement.end({ outcome }) : settlement.free(outcome));
      return this.#deny(reply, denial);
    }
    const judge = toolJudge(recorder, decided, call.policies.tools);
    return exchange.isStreamed && isEventStream(answer)
      ? this.#stream(call, settlement, answer, judge, gone.signal)
      : this.#whole(call, settlement, answer, judge);
  }

  #stream(
    { reply, plan, reserved }: Call,
    settlement: Settlement,
    answer: UpstreamAnswer,
    judge: ToolJudge,
    gone: AbortSignal,
  ): FastifyReply {
    const events = relayStream(answer.body, {
      read: plan.exchange.readEvent,
      errors: this.#surface.errors,
      gate: new CallGate(judge, plan.exchange.renamed),
      credential: answer.credential,
      gone,
      reserved: reserved.output,
      settle: (end) => settlement.end(end),
    });
    const stream = Readable.from(events);
    // Fastify destroys, unread, the stream of a client that has gone.
    stream.once('close', () => {
      answer.body.destroy();
      settlement.abandon(CLIENT_GONE);
    });
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(stream);
  }

  async #whole(
    { reply, plan }: Call,
    settlement: Settlement,
    answer: UpstreamAnswer,
    judge: ToolJudge,
  ): Promise<FastifyReply> {
    const read = await readAnswer(answer, plan.exchange, this.#surface.errors);
    if ('code' in read) {
      await settlement.end({ outcome: read.reason });
      return this.#deny(reply, read);
    }
    const { status, body, usage, calls } = read;
    const refused = await refuseCalls(calls, judge);
    if (refused !== undefined) {
      await settlement.end({ usage, outcome: refused.reason });
      return this.#deny(reply, refused);
    }
    const outcome = `the provider answered with status ${status}`;
    await (REFUSED.has(answer.status)
      ? settlement.free(outcome)
      : settlement.end({ usage, outcome }));
    const retryAfter = answer.headers['retry-after'];
    if (typeof retryAfter === 'string') void reply.header('retry-after', retryAfter);
    return reply.code(status).type('application/json').send(body);
  }

  async #refuse(
    reply: FastifyReply,
    snapshot: Snapshot | undefined,
    target: string,
    denial: Deny,
  ): Promise<FastifyReply> {
    const { name: surface } = this.#surface;
    const call = { set: snapshot?.setDigest, surface, target, decision: denial };
    return this.#deny(reply, (await this.#options.recorder.decidedOrDeny(call)) ?? denial);
  }

  #deny(reply: FastifyReply, denial: Deny): FastifyReply {
    return sendDenial(reply, denial, this.#surface.errors);
  }
}

const isEventStream = ({ status, headers }: UpstreamAnswer): boolean =>
  status === 200 && String(headers['content-type']).startsWith('text/event-stream');
