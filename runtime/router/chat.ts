import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allow, deny, runtimeCodes, type Deny, type MemberKind } from 'kars-constructs/contract';
import type { Snapshot } from '../policy/snapshot.ts';
import type { DecidedCall, DecisionRecorder } from '../service/decision-recorder.ts';
import type { Budget, BudgetInForce, Reserved } from './budget/budget.ts';
import { Settlement } from './budget/settlement.ts';
import { CallRates, type LimitsInForce } from './call-rates.ts';
import { readAnswer } from './chat-answer.ts';
import { chatRequest, type ChatRequest } from './chat-request.ts';
import { CLIENT_GONE, relayChat } from './chat-stream.ts';
import { decideChat, type ChatPlan, type ChatPolicies, type InForce } from './decide-chat.ts';
import { denialHeaders, openAiError } from './openai-error.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';
import { whenClosed } from './when-closed.ts';

/** Statuses that a provider answers before a model works: others may carry, or hide, what one has said. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 404, 413, 422, 429]);

/** Serves chat completions: read, decide, reserve, record, call, relay, settle. */
export class ChatRoute {
  readonly #snapshot: () => Snapshot | undefined;
  readonly #recorder: DecisionRecorder;
  readonly #upstream: Upstream;
  readonly #budget: Budget;
  readonly #rates = new CallRates();

  constructor(options: {
    readonly snapshot: () => Snapshot | undefined;
    readonly recorder: DecisionRecorder;
    readonly upstream: Upstream;
    readonly budget: Budget;
  }) {
    this.#snapshot = options.snapshot;
    this.#recorder = options.recorder;
    this.#upstream = options.upstream;
    this.#budget = options.budget;
  }

  /** Answers one request. */
  async serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const parsed = chatRequest.safeParse(request.body);
    const snapshot = this.#snapshot();
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const reason = `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'not an object'}`;
      const denial = deny('KARS_REQUEST_INVALID', 'inference router', reason);
      return this.#refuse(reply, snapshot, 'unreadable', denial);
    }
    const policies = policiesOf(snapshot);
    const plan = decideChat(parsed.data, policies);
    if ('code' in plan) return this.#refuse(reply, snapshot, parsed.data.model ?? 'default', plan);
    const place = this.#rates.take(limitsOf(policies));
    if ('denial' in place) {
      void reply.header('retry-after', place.retryAfter);
      return this.#refuse(reply, snapshot, plan.model, place.denial);
    }
    whenClosed(reply.raw, place);
    const reserved = this.#budget.reserve(plan, budgetOf(policies));
    if ('code' in reserved) return this.#refuse(reply, snapshot, plan.model, reserved);
    return this.#call(reply, snapshot, parsed.data, plan, reserved);
  }

  async #call(
    reply: FastifyReply,
    snapshot: Snapshot | undefined,
    asked: ChatRequest,
    plan: ChatPlan,
    { reservation, body: bounded, reserved, left }: Reserved,
  ): Promise<FastifyReply> {
    const policy = snapshot?.payload('inference-policy');
    const call: DecidedCall = {
      set: snapshot?.setDigest,
      surface: 'chat',
      target: plan.model,
      decision: plan.decision,
      reserved: reservation.tokens,
    };
    const [budget, recorder] = [this.#budget, this.#recorder];
    const settlement = new Settlement({ budget, recorder, call, reservation });
    const gone = new AbortController();
    whenClosed(reply.raw, () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const unrecorded = await this.#recorder.decidedOrDeny(call);
    if (unrecorded !== undefined || policy === undefined) {
      settlement.cancel();
      return send(reply, unrecorded ?? unavailable);
    }
    if (left !== undefined) void reply.header('x-kars-tokens-left', left);
    const body = asked.stream === true ? withUsage(bounded) : bounded;
    const answer = await this.#upstream.chat(plan.provider, policy, body, gone.signal);
    if ('denial' in answer) {
      const { denial, isSent } = answer;
      const { reason: outcome } = denial;
      await (isSent ? settlement.end({ outcome }) : settlement.free(outcome));
      return send(reply, denial);
    }
    if (asked.stream === true && isEventStream(answer)) {
      const events = relayChat(answer.body, {
        showUsage: asked.stream_options?.include_usage === true,
        gone: gone.signal,
        reserved,
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
    return this.#whole(reply, settlement, answer);
  }

  async #whole(
    reply: FastifyReply,
    settlement: Settlement,
    answer: UpstreamAnswer,
  ): Promise<FastifyReply> {
    const read = await readAnswer(answer);
    if ('code' in read) {
      await settlement.end({ outcome: read.reason });
      return send(reply, read);
    }
    const { status, body, usage } = read;
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
    const call = { set: snapshot?.setDigest, surface: 'chat', target, decision: denial };
    return send(reply, (await this.#recorder.decidedOrDeny(call)) ?? denial);
  }
}

/** Answers with a denial in the shape of the API. */
export function send(reply: FastifyReply, denial: Deny): FastifyReply {
  return reply
    .code(runtimeCodes[denial.code].status)
    .headers(denialHeaders(denial))
    .send(openAiError(denial));
}

/** The policies of a snapshot that decide model calls. */
export function policiesOf(snapshot: Snapshot | undefined): ChatPolicies {
  const inForce = <K extends MemberKind>(kind: K) => {
    const payload = snapshot?.payload(kind);
    const source = snapshot?.source(kind);
    return payload === undefined || source === undefined ? undefined : { payload, source };
  };
  return { inference: inForce('inference-policy'), tools: inForce('tool-policy') };
}

function limitsOf({ inference }: ChatPolicies): LimitsInForce {
  if (inference === undefined) return { limits: undefined, rule: 'no document set' };
  return { limits: inference.payload.callLimits, rule: `${ruleOf(inference)} callLimits` };
}

/** The decision to list the models that a policy allows. */
export function decideModels(policy: ChatPolicies['inference']): DecidedCall['decision'] {
  return policy === undefined ? unavailable : allow(`${ruleOf(policy)} models`);
}

function budgetOf({ inference }: ChatPolicies): BudgetInForce {
  if (inference === undefined) return { budget: undefined, rule: 'no document set' };
  return { budget: inference.payload.budget, rule: `${ruleOf(inference)} tokenBudget` };
}

const unavailable = deny(
  'KARS_POLICY_UNAVAILABLE',
  'no document set',
  'no inference policy is in force',
);

const ruleOf = ({ source }: InForce<unknown>): string =>
  `${source.kind} ${source.namespace}/${source.name}`;

const withUsage = (body: ChatRequest): ChatRequest => ({
  ...body,
  stream_options: { ...body.stream_options, include_usage: true },
});

const isEventStream = ({ status, headers }: UpstreamAnswer): boolean =>
  status === 200 && String(headers['content-type']).startsWith('text/event-stream');
