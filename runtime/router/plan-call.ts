import { deny, type Decision, type Deny, type TargetApi } from 'kars-constructs/contract';
import { noPolicy, ruleOf, type CallPolicies, type PoliciesInForce } from './call-policies.ts';
import { decideCall, type AllowedCall } from './decide-call.ts';
import { exchangeOn, type Exchange } from './exchange.ts';
import type { ModelRequest, Provider, Surface } from './surfaces/surface.ts';
import type { Translation } from './translations/translation.ts';

/** An allowed call: the model that serves it, and what is exchanged with its provider. */
export interface CallPlan {
  readonly decision: Decision & { readonly allow: true };
  readonly provider: Provider;
  readonly model: string;
  readonly deployment: string;
  readonly exchange: Exchange;
  readonly fallbacks: number;
}

/** A surface, and how it is served where a model has another API. */
export interface ServedSurface<R extends ModelRequest> {
  readonly surface: Surface<R>;
  /** By how the model is served. @default none */
  readonly translations?: Partial<Readonly<Record<TargetApi, Translation<R>>>>;
}

/**
 * Plans a call in the API that its model is served by. Without a policy nothing is allowed.
 *
 * @param fallback which target of the model takes over; undefined for the model itself
 */
export function planCall<R extends ModelRequest>(
  { surface, translations }: ServedSurface<R>,
  request: R,
  policies: CallPolicies,
  fallback?: number,
): CallPlan | Deny {
  const { inference } = policies;
  if (inference === undefined) return noPolicy;
  const inForce = { ...policies, inference };
  const decided = decideCall(surface, request, inForce, fallback);
  if ('code' in decided) return decided;
  const { decision, provider, model, body, acts, api } = decided;
  const judged = (exchange: Exchange): CallPlan | Deny =>
    refuseUnjudged(exchange, decided, inForce) ?? { ...decided, exchange };
  if (api === surface.api || api === surface.name) {
    return judged(exchangeOn(surface, { request: body, acts }, provider));
  }
  const translate = translations?.[api];
  if (translate === undefined) {
    const reason = `the provider "${provider.name}" of the model ${JSON.stringify(model)} ${SERVES[api]}`;
    return deny('KARS_API_NOT_SERVED', decision.rule, reason);
  }
  const exchange = translate(body, provider, inForce);
  return 'code' in exchange ? exchange : judged(exchange);
}

/** A model that says something of which nobody says what it is would be refused after it has worked. */
function refuseUnjudged(
  { contentOf, isSilent }: Exchange,
  { provider: { name, contentFilter }, acts }: AllowedCall<unknown>,
  { inference }: PoliciesInForce,
): Deny | undefined {
  // What is said of an answer is said of its text.
  const isJudged =
    contentOf !== undefined && contentFilter !== undefined && !acts.has('ImageGeneration');
  if (inference.payload.contentSafety === undefined || isJudged || isSilent) {
    return undefined;
  }
  const reason = `the provider "${name}" says nothing of content on this path`;
  return deny('KARS_CONTENT_UNJUDGED', ruleOf(inference, 'contentSafety'), reason);
}

const SERVES: Readonly<Record<TargetApi, string>> = {
  openai: 'speaks the API of openai: /v1/chat/completions and others',
  anthropic: 'speaks the API of anthropic: /v1/messages',
  responses: 'serves it by responses alone: /v1/responses, /v1/chat/completions, /v1/messages',
};
