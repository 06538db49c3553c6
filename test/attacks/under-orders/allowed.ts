import { ALLOWED_HOST, REACHED, type Order } from './network-attack.ts';
import { ask, chat } from './router/requests.ts';
import { calls, completion, json, scripted } from './router/scripted-provider.ts';
import { absolute } from './sidecar-requests.ts';

/** What is no attack, and what comes of it: sidecars that refuse everything would show nothing. */
interface Allowed {
  readonly order: Order;
  readonly says: RegExp;
}

const SEARCH = { id: 't', type: 'function', function: { name: 'search', arguments: '{}' } };

/** A request to a host, one to a model, a call of a tool, and a question to the policy. */
export const allowed: readonly Allowed[] = [
  { order: absolute(`http://${ALLOWED_HOST}/`, ALLOWED_HOST), says: REACHED },
  { order: chat({}), says: REACHED },
  { order: chat({}, scripted(json(completion(calls(SEARCH))))), says: /"name":"search"/ },
  { order: ask('/agt/evaluate', { action: 'shell:git status' }), says: /"allowed":true/ },
];
