/**
 * What a model provider can do for whoever asks it, beside saying something. No proxy of a sandbox sees it, so that
 * a policy has to name it.
 */
export const providerActs = {
  Background: 'works on after the connection has ended',
  CodeExecution: 'runs code',
  FetchUrls: 'fetches images and files by their URLs',
  FileSearch: 'searches files that it has kept',
  ImageGeneration: 'makes images with a model of its own choice',
  Mcp: 'calls MCP servers',
  StoredFiles: 'reads files that it has kept',
  StoredPrompts: 'uses prompts that it has kept',
  StoredState: 'keeps requests and answers, and goes on from them',
  WebFetch: 'fetches pages that the model chooses',
  WebSearch: 'searches the web',
} as const;

/** What a model provider can do beside saying something, by name. */
export type ProviderAct = keyof typeof providerActs;

/** The names of all of it. */
export const providerActNames = Object.keys(providerActs) as [ProviderAct, ...ProviderAct[]];

/** Acts whose URLs the egress of a sandbox decides as well. */
export const actsWithUrls: readonly ProviderAct[] = ['FetchUrls', 'Mcp'];
