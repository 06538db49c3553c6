import {
  allow,
  deny,
  nameOfModel,
  targetApiOf,
  type Decision,
  type Deny,
  type InferencePolicyPayload,
  type TargetApi,
} from 'kars-constructs/contract';
import { ruleOf, type InForce, type PoliciesInForce } from './call-policies.ts';
import { ProviderReach } from './provider-reach.ts';
import type { ModelRequest, Provider, ProviderActs, Surface } from './surfaces/surface.ts';
import { refuseOffered } from './tools/tool-judge.ts';

/** An allowed call: the model that serves it, and the request with what the policy sets in it. */
export interface AllowedCall<R> {
  readonly decision: Decision & { readonly allow: true };
  readonly provider: Provider;
  /** What the request calls it; of a target that takes over, its provider and its name there. */
  readonly model: string;
  /** Its name at the provider. */
  readonly deployment: string;
  readonly body: R;
  /** How the provider serves it. */
  readonly api: TargetApi;
  /** What the provider does beside saying something. */
  readonly acts: ProviderActs;
  /** How many further targets may take over. */
  readonly fallbacks: number;
}

/**
 * Decides a call: model, output tokens, what the provider would do, tools.
 *
 * @param fallback which target of the model takes over; undefined for the model itself
 */
export function decideCall<R extends ModelRequest>(
  surface: Surface<R>,
  request: R,
  policies: PoliciesInForce,
  fallback?: number,
): AllowedCall<R> | Deny {
  const { inference } = policies;
  const pinned = pinModel(request, inference);
  if ('code' in pinned) return pinned;
  const { fallbacks = [] } = pinned;
  const model = (fallback === undefined ? undefined : fallbacks[fallback]) ?? pinned;
  const provider = inference.payload.providers.find(({ name }) => name === model.provider);
  if (provider === undefined) {
    const reason = `the policy has no provider "${model.provider}"`;
    return deny('KARS_POLICY_UNAVAILABLE', 'InferencePolicy providers', reason);
  }
  const judged = judgeRequest(surface, request, provider, policies);
  if ('denial' in judged) return judged.denial;
  return {
    decision: allow(
      ruleOf(inference, model === pinned ? 'models' : `fallbacks of ${nameOfModel(pinned)}`),
    ),
    provider,
    model: model === pinned ? nameOfModel(pinned) : `${provider.name}/${model.deployment}`,
    deployment: model.deployment,
    api: targetApiOf(provider, model),
    fallbacks: fallbacks.length,
    body: { ...judged.request, model: model.deployment },
    acts: judged.acts,
  };
}

/** Judges what a request asks of a model that is chosen: output tokens, what the provider would do, tools. */
export function judgeRequest<R extends ModelRequest>(
  surface: Surface<R>,
  request: R,
  provider: Provider,
  policies: PoliciesInForce,
): JudgedRequest<R> | { readonly denial: Deny } {
  const bounded = boundOutput(surface.output, request, provider, policies.inference);
  if ('denial' in bounded) return bounded;
  const reach = new ProviderReach(policies);
  const denial =
    surface.refuseReach(request, reach) ??
    refuseOffered(surface.offeredTools?.(request) ?? [], policies.tools, reach) ??
    surface.refuseToolForm?.(request);
  return denial === undefined
    ? { request: surface.forwarded(bounded.request), acts: reach.acts }
    : { denial };
}

/** A request with what the policy sets in it, and what it has the provider do. */
export interface JudgedRequest<R> {
  readonly request: R;
  readonly acts: ProviderActs;
}

function pinModel(
  { model }: ModelRequest,
  policy: InForce<InferencePolicyPayload>,
): InferencePolicyPayload['models'][number] | Deny {
  const { models } = policy.payload;
  const found =
    model === undefined ? models[0] : models.find((entry) => nameOfModel(entry) === model);
  if (found !== undefined) return found;
  const allowed = models.map(nameOfModel).join(', ');
  const reason = `got the model ${JSON.stringify(model)}, allowed are: ${allowed}`;
  return deny('KARS_MODEL_NOT_ALLOWED', ruleOf(policy, 'models'), reason);
}

/** The request with the limit of its output in force, which its answers share. */
function boundOutput<R extends ModelRequest>(
  output: Surface<R>['output'],
  request: R,
  provider: Provider,
  policy: InForce<InferencePolicyPayload>,
): { readonly request: R } | { readonly denial: Deny } {
  if (output === undefined) return { request };
  const cap = policy.payload.maxTokensPerRequest;
  if (output === 'unbounded') {
    if (cap === null) return { request };
    const reason = `got a request whose output nothing limits, allowed are ${cap} tokens for one request`;
    const rule = ruleOf(policy, 'maxTokensPerRequest');
    return { denial: deny('KARS_BUDGET_UNBOUNDED', rule, reason) };
  }
  const limits = output.limits(request);
  const asked = limits.length === 0 ? undefined : Math.min(...limits);
  if (cap === null) return { request: output.withLimit(request, asked, provider) };
  const answers = output.answers(request);
  const most = Math.max(0, ...limits);
  if (most * answers > cap || answers > cap) {
    const reason = `got ${answers} x ${most} output tokens, allowed are ${cap} for one request`;
    const rule = ruleOf(policy, 'maxTokensPerRequest');
    return { denial: deny('KARS_TOKENS_PER_REQUEST', rule, reason) };
  }
  return { request: output.withLimit(request, asked ?? Math.floor(cap / answers), provider) };
}
