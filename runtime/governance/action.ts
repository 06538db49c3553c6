/** More than any action is; longer ones are decided by no pattern. */
export const LONGEST_ACTION = 1024;

/** Verbs of kars v0.1.x that say the same: a rule for one covers the other. */
const SAME_VERB: ReadonlyMap<string, string> = new Map([['tool.invoke', 'tool']]);

/** An action, or a pattern of some, with the verb that stands for all of its names, in lower case. */
export function normalizeAction(action: string): string {
  const colon = action.indexOf(':');
  if (colon === -1) return action.toLowerCase();
  const verb = action.slice(0, colon).toLowerCase();
  return `${SAME_VERB.get(verb) ?? verb}${action.slice(colon)}`;
}

/** A call of a tool. */
export const toolAction = (name: string): string => `tool:${name}`;

/** What a provider does for the agent beside saying something. */
export const providerAction = (act: string): string => `provider:${act}`;

/** Names of the surfaces of the router in actions, as kars v0.1.x has them. */
const ACTION_OF_SURFACE: ReadonlyMap<string, string> = new Map([
  ['chat', 'inference:chat_completions'],
  ['messages', 'inference:anthropic_messages'],
  ['count-tokens', 'inference:anthropic_count_tokens'],
  ['images', 'image_generation'],
]);

/** Patterns of all requests to models. */
export const INFERENCE_ACTIONS = ['inference:*', 'image_generation:*'] as const;

/** A request to a model. */
export const inferenceAction = (surface: string, model: string): string =>
  `${ACTION_OF_SURFACE.get(surface) ?? `inference:${surface}`}:${model}`;
