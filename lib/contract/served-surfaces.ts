import type { ModelApi, ModelTarget } from './kinds/model-ref.ts';
import type { ProviderApi } from './kinds/model-provider.ts';

/** How a model is served: by every API of its provider, or by one of them. */
export type TargetApi = ProviderApi | ModelApi;

/** How a provider serves a model. */
export const targetApiOf = (
  { api: ofProvider = 'openai' }: { readonly api?: ProviderApi | undefined },
  { api }: Pick<ModelTarget, 'api'>,
): TargetApi => api ?? ofProvider;

/** The ways to use a model that are served, as it is or by translation; the router refuses every other. */
export const servedSurfaces: Readonly<Record<TargetApi, readonly string[]>> = {
  openai: ['chat', 'completions', 'embeddings', 'images', 'messages', 'responses'],
  anthropic: ['count-tokens', 'messages'],
  responses: ['chat', 'messages', 'responses'],
};
