import { describe, expect, it } from 'vitest';
import type { Payloads } from '../../../support/documents.ts';
import { startProvider, wellBehaved, type Behaviour } from '../../../support/openai-provider.ts';
import { policies, startRouter } from '../support.ts';
import { clients, type Asked } from './clients.ts';

const withInference = (change: object): Payloads => ({
  ...policies,
  'inference-policy': { ...policies['inference-policy'], ...change },
});

/** A stop that no waiting ends, and what it says. */
interface Stop {
  readonly what: string;
  readonly code: string;
  readonly payloads?: Payloads;
  readonly asked?: Partial<Asked>;
  readonly behaviour?: Behaviour;
}

const CALL = { id: 't1', type: 'function', function: { name: 'shell', arguments: '{}' } };

/** Calls a tool that no policy has. */
const callsShell: Behaviour = ({ body }, response) => {
  const isStream = body['stream'] === true;
  const said = { role: 'assistant', content: null, tool_calls: [{ index: 0, ...CALL }] };
  const choice = { index: 0, [isStream ? 'delta' : 'message']: said, finish_reason: 'tool_calls' };
  const answer = JSON.stringify({ id: 'c1', created: 1, model: 'small', choices: [choice] });
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
  response.end(isStream ? `data: ${answer}\n\ndata: [DONE]\n\n` : answer);
};

const stops: readonly Stop[] = [
  { what: 'a model that is not listed', code: 'KARS_MODEL_NOT_ALLOWED', asked: { model: 'huge' } },
  { what: 'a tool that is not allowed', code: 'KARS_TOOL_NOT_ALLOWED', asked: { tool: 'shell' } },
  {
    what: 'a call of a tool that is not allowed',
    code: 'KARS_TOOL_CALL_NOT_ALLOWED',
    behaviour: callsShell,
  },
  {
    what: 'a budget that is spent',
    code: 'KARS_BUDGET_SPENT',
    payloads: withInference({ budget: { dailyTokens: 1 } }),
  },
  {
    what: 'a sandbox without a policy',
    code: 'KARS_POLICY_UNAVAILABLE',
    payloads: { 'tool-policy': policies['tool-policy'] },
  },
];

describe.each(clients)('$name', ({ surface, ask }) => {
  it('gets an answer', async () => {
    const provider = await startProvider(wellBehaved);
    const router = await startRouter(provider.endpoint);
    expect(await ask(router.url, { model: 'small', tool: 'search' })).toMatch(/^hello/);
  });

  it.each(stops)(
    'asks once, and is told why, at $what',
    async ({ code, payloads, asked, behaviour }) => {
      const provider = await startProvider(behaviour);
      const router = await startRouter(provider.endpoint, payloads ?? policies);
      await expect(ask(router.url, { model: 'small', ...asked })).rejects.toThrow(code);
      const decided = (await router.sidecar.audited()).filter((one) => one['surface'] === surface);
      expect(decided).toHaveLength(1);
    },
  );

  it('asks again where its calls are too many at once', async () => {
    const provider = await startProvider(wellBehaved);
    const limited = withInference({ callLimits: { concurrentRequests: 1 } });
    const router = await startRouter(provider.endpoint, limited);
    const answers = [1, 2].map(() => ask(router.url, { model: 'small' }));
    expect(await Promise.all(answers)).toEqual([
      expect.stringMatching(/^hello/),
      expect.stringMatching(/^hello/),
    ]);
    const audited = await router.sidecar.audited();
    const codes = audited.filter((one) => one['surface'] === surface).map((one) => one['code']);
    expect(codes.filter((code) => code === '')).toHaveLength(2);
    expect(codes).toContain('KARS_RATE_LIMITED');
  });
});
