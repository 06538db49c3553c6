import { azureTokenPlace } from 'kars-constructs/contract';
import type { CallEnd, TracedCall, TracedTarget } from './traced-call.ts';

/** What surfaces are, in the words of the semantic conventions; what is not here has no span. */
const OPERATIONS: Readonly<Record<string, string>> = {
  chat: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
  images: 'image_generation',
  messages: 'chat',
  responses: 'chat',
  'count-tokens': 'count_tokens',
};

/** The operation of a surface; undefined for one that uses no model. */
export const operationOf = (surface: string): string | undefined => OPERATIONS[surface];

/**
 * Attributes of the span of a call. Their values are words of ours, of the policy and of the conventions, and
 * numbers: nothing that the agent or the model has said is among them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export function spanAttributes(
  operation: string,
  { target, usage, finishReasons }: TracedCall,
  { surface, code, status }: CallEnd,
): Record<string, string | number | string[]> {
  return {
    'gen_ai.operation.name': operation,
    'kars.surface': surface,
    ...(target === undefined ? {} : targetAttributes(target)),
    ...(usage === undefined
      ? {}
      : {
          'gen_ai.usage.input_tokens': usage.input,
          'gen_ai.usage.output_tokens': usage.output,
        }),
    ...(finishReasons.length === 0 ? {} : { 'gen_ai.response.finish_reasons': finishReasons }),
    ...(code === '2xx' ? {} : { 'error.type': code }),
    'http.response.status_code': status,
  };
}

function targetAttributes({ provider, deployment }: TracedTarget): Record<string, string | number> {
  const { protocol, hostname, port } = new URL(provider.endpoint);
  return {
    'gen_ai.provider.name': providerName(provider, hostname),
    'gen_ai.request.model': deployment,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'kars.provider': provider.name,
  };
}

/** The names that the conventions know; of any other, the one in the policy. */
function providerName({ name, endpoint, api }: TracedTarget['provider'], hostname: string): string {
  if (api === 'anthropic') return 'anthropic';
  if (hostname === 'api.openai.com') return 'openai';
  return azureTokenPlace(endpoint) === undefined ? name : 'azure.ai.openai';
}
