import {
  allow,
  deny,
  type Decision,
  type Deny,
  type InferencePolicyPayload,
  type OutputLimitField,
  type Source,
  type ToolPolicyPayload,
} from 'kars-constructs/contract';
import type { ChatRequest } from './chat-request.ts';
import { askedOutput, withOutputLimit } from './output-limit.ts';
import { refuseReach, withoutUnknown } from './provider-reach.ts';

/** A policy that is in force, and the resource that it stands in. */
export interface InForce<P> {
  readonly source: Source;
  readonly payload: P;
}

/** The policies that decide a model call. */
export interface ChatPolicies {
  readonly inference: InForce<InferencePolicyPayload> | undefined;
  readonly tools: InForce<ToolPolicyPayload> | undefined;
}

/** An allowed call: the model that serves it, and what is sent to it. */
export interface ChatPlan {
  readonly decision: Decision & { readonly allow: true };
  readonly provider: string;
  readonly model: string;
  readonly body: ChatRequest;
  /** The field of the body that may have a limit of output. */
  readonly outputLimit: OutputLimitField;
}

const nameOf = ({ source }: InForce<unknown>): string =>
  `${source.kind} ${source.namespace}/${source.name}`;

/** Decides a chat completion: model, output tokens, what the provider would do, tools. Without a policy nothing is allowed. */
export function decideChat(
  request: ChatRequest,
  { inference, tools }: ChatPolicies,
): ChatPlan | Deny {
  if (inference === undefined) {
    return deny('KARS_POLICY_UNAVAILABLE', 'no document set', 'no inference policy is in force');
  }
  const model = pinModel(request, inference);
  if ('code' in model) return model;
  const cap = capTokens(request, inference);
  if ('code' in cap) return cap;
  const refused = refuseReach(request) ?? refuseTools(request, tools);
  if (refused !== undefined) return refused;
  const field = outputLimitOf(model.provider, inference.payload);
  return {
    decision: allow(`${nameOf(inference)} models`),
    provider: model.provider,
    model: model.deployment,
    body: {
      ...withOutputLimit(withoutUnknown(request), field, cap.tokens),
      model: model.deployment,
    },
    outputLimit: field,
  };
}

function pinModel(
  { model }: ChatRequest,
  policy: InForce<InferencePolicyPayload>,
): { provider: string; deployment: string } | Deny {
  const { models } = policy.payload;
  const found =
    model === undefined ? models[0] : models.find((entry) => entry.deployment === model);
  if (found !== undefined) return found;
  const allowed = models.map(({ deployment }) => deployment).join(', ');
  const reason = `got the model ${JSON.stringify(model)}, allowed are: ${allowed}`;
  return deny('KARS_MODEL_NOT_ALLOWED', `${nameOf(policy)} models`, reason);
}

/** What a request may ask for is shared by its `n` answers. */
function capTokens(
  request: ChatRequest,
  policy: InForce<InferencePolicyPayload>,
): { readonly tokens: number | undefined } | Deny {
  const { max_tokens: older, max_completion_tokens: newer, n } = request;
  const cap = policy.payload.maxTokensPerRequest;
  const tokens = askedOutput(request);
  if (cap === null) return { tokens };
  const rule = `${nameOf(policy)} maxTokensPerRequest`;
  const answers = n ?? 1;
  const asked = Math.max(older ?? 0, newer ?? 0);
  if (asked * answers > cap || answers > cap) {
    const reason = `got ${answers} x ${asked} output tokens, allowed are ${cap} for one request`;
    return deny('KARS_TOKENS_PER_REQUEST', rule, reason);
  }
  return { tokens: tokens ?? Math.floor(cap / answers) };
}

const outputLimitOf = (name: string, { providers }: InferencePolicyPayload): OutputLimitField =>
  providers.find((provider) => provider.name === name)?.outputLimit ?? 'max_tokens';

function refuseTools(
  request: ChatRequest,
  policy: InForce<ToolPolicyPayload> | undefined,
): Deny | undefined {
  const rule = policy === undefined ? 'no ToolPolicy' : `${nameOf(policy)} allowedTools`;
  const allowed = policy?.payload.allowedTools ?? [];
  const refused = offeredTools(request).find(
    ({ name }) => name === undefined || !(allowed.includes('*') || allowed.includes(name)),
  );
  if (refused === undefined) return undefined;
  const reason =
    refused.name === undefined
      ? `got a tool of type ${JSON.stringify(refused.type)}, which the provider would run`
      : `got the tool ${JSON.stringify(refused.name)}, allowed are: ${allowed.join(', ') || 'none'}`;
  return deny('KARS_TOOL_NOT_ALLOWED', rule, reason);
}

/** Tools that the agent runs itself have a name; any other runs at the provider. */
function offeredTools({ tools, functions }: ChatRequest): { type: string; name?: string }[] {
  const named = (tools ?? []).map(({ type, function: plain, custom }) => {
    const own = { function: plain?.name, custom: custom?.name }[type];
    return own === undefined ? { type } : { type, name: own };
  });
  return [...named, ...(functions ?? []).map(({ name }) => ({ type: 'function', name }))];
}
