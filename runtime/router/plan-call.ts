import { deny, type Decision, type Deny, type ProviderApi } from 'kars-constructs/contract';
import type { CallPolicies } from './call-policies.ts';
import { decideCall } from './decide-call.ts';
import { exchangeOn, type Exchange } from './exchange.ts';
import type { ModelRequest, Provider, Surface } from './surfaces/surface.ts';

/** An allowed call: the model that serves it, and what is exchanged with its provider. */
export interface CallPlan {
  readonly decision: Decision & { readonly allow: true };
  readonly provider: Provider;
  readonly model: string;
  readonly deployment: string;
  readonly exchange: Exchange;
  readonly fallbacks: number;
}

/**
 * Plans a call in the API that the provider of its model speaks.
 *
 * @param fallback which target of the model takes over; undefined for the model itself
 */
export function planCall<R extends ModelRequest>(
  surface: Surface<R>,
  request: R,
  policies: CallPolicies,
  fallback?: number,
): CallPlan | Deny {
  const decided = decideCall(surface, request, policies, fallback);
  if ('code' in decided) return decided;
  const { decision, provider, model, body } = decided;
  const speaks = provider.api ?? 'openai';
  if (speaks !== surface.api) {
    const reason = `the provider "${provider.name}" of the model ${JSON.stringify(model)} speaks the API of ${speaks}: ${PATHS[speaks]}`;
    return deny('KARS_API_NOT_SERVED', decision.rule, reason);
  }
  return { ...decided, exchange: exchangeOn(surface, body, provider) };
}

const PATHS: Readonly<Record<ProviderApi, string>> = {
  openai: '/v1/chat/completions and others',
  anthropic: '/v1/messages',
};
