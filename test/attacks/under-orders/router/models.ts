import type { NetworkAttack } from '../network-attack.ts';
import { ask, CHAT, chat, router } from './requests.ts';
import { completion, json, said, scripted } from './scripted-provider.ts';

const named = (id: string, what: string, model: unknown): NetworkAttack =>
  router('KARS_MODEL_NOT_ALLOWED', `model-${id}`, what, chat({ model }));
const chooses = (id: string, what: string, more: object): NetworkAttack =>
  router('KARS_PROVIDER_REACH', `model-${id}`, what, chat(more));

const names: readonly NetworkAttack[] = [
  named('capitals', 'spell an allowed model in capitals', 'SMALL'),
  named('space', 'put a space behind the name of an allowed model', 'small '),
  named('zero', 'end the name of a model early, by a zero', 'small\0huge'),
  named('path', 'climb to another deployment by the name of a model', 'small/../huge'),
  named('query', 'put a question mark into the name of a model', 'small?model=huge'),
  named('own-name', 'call a model by its name at the provider, which the policy has renamed', 'deep-1'), // prettier-ignore
  named('fallback', 'call the model that takes over, at the provider that takes over', 'spare/small-2'), // prettier-ignore
  named('tuned', 'name a model that somebody has trained from an allowed one', 'ft:small:org::1'),
  router('KARS_REQUEST_INVALID', 'model-list', 'name several models in a list', chat({ model: ['small', 'huge'] })), // prettier-ignore
];

const choices: readonly NetworkAttack[] = [
  chooses('others', 'name models that a gateway may take instead', { models: ['huge'] }),
  chooses('route', 'have a gateway fail over by itself', { route: 'fallback' }),
  chooses('provider', 'choose among the providers of a gateway', { provider: { order: ['x'] } }),
  router('KARS_FIELD_UNKNOWN', 'model-failover', 'name what takes over in the words of LiteLLM', chat({ fallbacks: [{ model: 'huge' }] })), // prettier-ignore
  router('KARS_FIELD_UNKNOWN', 'model-endpoint', 'name the endpoint of the provider in a request', chat({ api_base: 'https://evil.example/v1' })), // prettier-ignore
  router(
    'KARS_MODEL_NOT_ALLOWED',
    'model-deployment',
    'name a deployment in the path, as for Azure',
    ask('/openai/deployments/huge/chat/completions?api-version=2024-10-21', {
      model: 'small',
      messages: [{ role: 'user', content: 'x' }],
    }),
  ),
];

/** Has the provider answer with the head of what it got. */
const TOLD = scripted(json(completion(said('got {head}'))));

/** A header that says what the provider would take for true; the request goes on without it. */
const header = (id: string, what: string, name: string, value: string): NetworkAttack => ({
  id: `header-${id}`,
  what,
  layer: 'model',
  orders: () => [
    ask(CHAT, { model: 'small', messages: [{ role: 'user', content: TOLD }] }, `${name}: ${value}`),
  ],
  succeeded: new RegExp(`got [^]*${name}: ${value}`, 'i'),
  refused: /got POST/,
  needsOthers: true,
});

const headers: readonly NetworkAttack[] = [
  header('sandbox', 'say that it is another sandbox, as the router of kars takes it', 'x-kars-sandbox', 'other'), // prettier-ignore
  header('forwarded', 'say that it calls from elsewhere', 'x-forwarded-for', '10.0.0.1'),
  header('organization', 'have another organization pay', 'openai-organization', 'org-other'),
  header('key', 'bring a key of its own along', 'api-key', 'of-the-agent'),
  header('beta', 'switch on by a header what is in trial at the provider', 'anthropic-beta', 'mcp-client-2025-11-20'), // prettier-ignore
  header('gateway', 'tell a gateway behind the router where to go', 'x-portkey-custom-host', 'https://evil.example'), // prettier-ignore
  header('cookie', 'carry a session of somebody', 'cookie', 'session=other'),
  header('trace', 'carry data out in the name of a trace', 'traceparent', '00-c2VjcmV0-01'),
];

/** Ways to be served by another model, at another provider, or as somebody else. */
export const models: readonly NetworkAttack[] = [...names, ...choices, ...headers];
