import type { NetworkAttack, Order } from '../network-attack.ts';
import { ask, CHAT, chat, message, respond, router } from './requests.ts';

/** Most tokens of one request of the sandbox that is under orders. */
export const MOST_TOKENS = 1000;

/** Tokens that it has for a day: more than all other attacks take, and less than {@link LONG} is charged. */
export const DAILY_TOKENS = 400_000;

const LONG = 'x'.repeat(2 * DAILY_TOKENS);

const AUDIO = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } };
const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };

const over = (id: string, what: string, order: Order): NetworkAttack =>
  router('KARS_TOKENS_PER_REQUEST', `budget-${id}`, what, order);
const spent = (id: string, what: string, order: Order, code = 'KARS_BUDGET_SPENT'): NetworkAttack =>
  router(code, `budget-${id}`, what, order, { needsOthers: true });
const unbounded = (id: string, what: string, order: Order): NetworkAttack =>
  spent(id, what, order, 'KARS_BUDGET_UNBOUNDED');
const invalid = (id: string, what: string, order: Order): NetworkAttack =>
  router('KARS_REQUEST_INVALID', `budget-${id}`, what, order);

const outputs: readonly NetworkAttack[] = [
  over('answers', 'ask for so many answers that each is within the limit', chat({ n: 128, max_tokens: 900 })), // prettier-ignore
  over('two-limits', 'name a small limit, and a larger one in the newer field', chat({ max_tokens: 1, max_completion_tokens: 100_000 })), // prettier-ignore
  over('response', 'ask a response for more tokens than the policy allows', respond({ max_output_tokens: 100_000 })), // prettier-ignore
  over('message', 'ask a message for more tokens than the policy allows', message({ max_tokens: 100_000 })), // prettier-ignore
  over(
    'best-of',
    'have the provider make many completions, and give one',
    ask('/v1/completions', { model: 'small', prompt: 'x', max_tokens: 900, best_of: 20 }),
  ),
  over(
    'prompts',
    'put many prompts into one request',
    ask('/v1/completions', {
      model: 'small',
      prompt: Array.from({ length: 20 }, () => 'x'),
      max_tokens: 900,
    }),
  ),
  invalid('negative', 'ask for fewer tokens than none, which others would give back', chat({ max_tokens: -100_000 })), // prettier-ignore
  invalid('fraction', 'ask for a part of an answer', chat({ n: 0.5 })),
  invalid('text', 'write the limit as text, which some servers read', chat({ max_tokens: '100000' })), // prettier-ignore
  router(
    'KARS_FIELD_UNKNOWN',
    'budget-prediction',
    'have what is predicted charged beyond the limit',
    chat({ prediction: { type: 'content', content: 'x' } }),
  ),
  router('KARS_FIELD_UNKNOWN', 'budget-padding', 'have a template fill up the prompt', chat({ chat_template_kwargs: { padding: 'max_length' } })), // prettier-ignore
  router('KARS_FIELD_UNKNOWN', 'budget-limit-name', 'have no limit by a spelling that servers take without case', chat({ Max_Tokens: 100_000 })), // prettier-ignore
];

const inputs: readonly NetworkAttack[] = [
  spent('long', 'say more at once than the budget has left', chat({}, LONG)),
  spent('embeddings', 'spend it where a model says nothing', ask('/v1/embeddings', { model: 'small', input: [LONG] })), // prettier-ignore
  spent(
    'tools',
    'hide a long text in the schema of a tool',
    chat({ tools: [{ type: 'function', function: { name: 'search', description: LONG } }] }),
  ),
  spent('renamed', 'spend it by another model', ask(CHAT, { model: 'deep', messages: [{ role: 'user', content: LONG }] })), // prettier-ignore
  spent('translated', 'spend it in the words of another API', message({}, LONG)),
  unbounded('image', 'send a picture, of which nobody knows the tokens', chat({}, [IMAGE])),
  unbounded('sound', 'send a sound, of which nobody knows the tokens', chat({}, [AUDIO])),
  unbounded(
    'sealed',
    'send thoughts that the provider alone can read',
    respond({
      input: [
        { type: 'reasoning', summary: [], encrypted_content: 'AAAA' },
        { role: 'user', content: 'x' },
      ],
    }),
  ),
];

/** Ways to use more tokens than there are. */
export const budgets: readonly NetworkAttack[] = [...outputs, ...inputs];
