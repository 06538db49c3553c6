import { planCall } from '../../../../runtime/router/plan-call.ts';
import type { CallPolicies } from '../../../../runtime/router/call-policies.ts';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';

/**
 * Decides as fast as it can, and prints how many decisions that were in a second: `decisions.ts RULES
 * MILLISECONDS`. Half of the rules are models, half are tools; half of the requests are allowed.
 */
const [rules = 0, milliseconds = 0] = process.argv.slice(2).map(Number);

const source = (kind: string) => ({ kind, namespace: 'agents', name: 'bench' });
const names = (prefix: string): string[] =>
  Array.from({ length: rules / 2 }, (_, index) => `${prefix}-${index}`);
const endpoint = 'https://models.bench.example/v1';

const policies: CallPolicies = {
  inference: {
    source: source('InferencePolicy'),
    payload: {
      models: names('model').map((deployment) => ({ provider: 'bench', deployment })),
      providers: [{ name: 'bench', endpoint, credential: 'bearer' }],
      maxTokensPerRequest: 1024,
    },
  },
  tools: { source: source('ToolPolicy'), payload: { allowedTools: names('tool') } },
};

const requests = [...names('model'), ...names('unknown')].map((model, index) =>
  chat.request.parse({
    model,
    messages: [{ role: 'user', content: 'text '.repeat(200) }],
    max_tokens: 256,
    tools: [{ type: 'function', function: { name: `tool-${index % (rules / 2)}` } }],
  }),
);

/** Decides every request once, and gives how many were allowed. */
const decideAll = (): number =>
  requests.filter((request) => !('code' in planCall({ surface: chat }, request, policies))).length;

const allowed = decideAll();
if (allowed !== rules / 2) throw new Error(`got ${allowed} of ${requests.length} allowed`);
const decideFor = (most: number): number => {
  const began = performance.now();
  let decisions = 0;
  while (performance.now() - began < most) {
    decideAll();
    decisions += requests.length;
  }
  return (decisions / (performance.now() - began)) * 1000;
};
// The compiler has to have seen it.
decideFor(milliseconds / 4);
process.stdout.write(`${JSON.stringify({ perSecond: decideFor(milliseconds) })}\n`);
