import { describe, expect, it } from 'vitest';
import type { PoliciesInForce } from '../../../runtime/router/call-policies.ts';
import { decideCall } from '../../../runtime/router/decide-call.ts';
import { planCall } from '../../../runtime/router/plan-call.ts';
import { chat } from '../../../runtime/router/surfaces/chat/chat.ts';
import { hello, policies } from './support.ts';

const inForce: PoliciesInForce = {
  inference: {
    source: { kind: 'InferencePolicy', namespace: 'agents', name: 'models' },
    payload: policies['inference-policy'],
  },
  tools: {
    source: { kind: 'ToolPolicy', namespace: 'agents', name: 'tools' },
    payload: policies['tool-policy'],
  },
};

const decide = (body: object, change: Partial<PoliciesInForce> = {}) =>
  decideCall(chat, chat.request.parse({ ...hello, ...body }), { ...inForce, ...change });

const tool = (name: string): object => ({ type: 'function', function: { name } });

const withPolicy = (
  change: Partial<(typeof policies)['inference-policy']>,
): Partial<PoliciesInForce> => ({
  inference: {
    source: { kind: 'InferencePolicy', namespace: 'agents', name: 'models' },
    payload: { ...policies['inference-policy'], ...change },
  },
});

describe('the decision on a chat completion', () => {
  it('pins a request without a model to the first one', () => {
    expect(decide({})).toMatchObject({
      provider: { name: 'local' },
      model: 'small',
      body: { model: 'small', max_tokens: 100 },
      decision: { allow: true, rule: 'InferencePolicy agents/models models' },
    });
  });

  it('lets a request name a listed model', () => {
    expect(decide({ model: 'large' })).toMatchObject({ model: 'large', body: { model: 'large' } });
  });

  it.each(['huge', 'SMALL', 'small ', 'local/small'])('denies the model %j', (model) => {
    expect(decide({ model })).toMatchObject({
      code: 'KARS_MODEL_NOT_ALLOWED',
      rule: 'InferencePolicy agents/models models',
      reason: `got the model ${JSON.stringify(model)}, allowed are: small, large`,
    });
  });

  it('takes an alias for the model that has it, and its other name for none', () => {
    const models = [{ provider: 'local', deployment: 'small', alias: 'quick' }];
    const aliased = withPolicy({ models });
    for (const asked of [{}, { model: 'quick' }]) {
      expect(decide(asked, aliased)).toMatchObject({ model: 'quick', body: { model: 'small' } });
    }
    expect(decide({ model: 'small' }, aliased)).toMatchObject({
      code: 'KARS_MODEL_NOT_ALLOWED',
      reason: 'got the model "small", allowed are: quick',
    });
  });

  it('sends each model to its own provider', () => {
    const { models, providers } = policies['inference-policy'];
    const both = withPolicy({
      models: [...models, { provider: 'other', deployment: 'claude' }],
      providers: [
        ...providers,
        { name: 'other', endpoint: 'https://x.example', credential: 'bearer' },
      ],
    });
    expect(decide({ model: 'large' }, both)).toMatchObject({ provider: { name: 'local' } });
    expect(decide({ model: 'claude' }, both)).toMatchObject({ provider: { name: 'other' } });
  });

  it.each([
    ['max_completion_tokens', { max_completion_tokens: 101 }],
    ['max_tokens', { max_tokens: 101 }],
    ['the larger of both', { max_tokens: 5, max_completion_tokens: 101 }],
    ['several answers together', { max_tokens: 51, n: 2 }],
    ['more answers than tokens', { n: 101 }],
  ])('denies %s over the limit', (_what, body) => {
    expect(decide(body)).toMatchObject({
      code: 'KARS_TOKENS_PER_REQUEST',
      rule: 'InferencePolicy agents/models maxTokensPerRequest',
    });
  });

  it('passes a request at the limit as it is', () => {
    expect(decide({ max_tokens: 100 })).toMatchObject({ body: { max_tokens: 100 } });
    expect(decide({ max_tokens: 100 })).not.toHaveProperty('body.max_completion_tokens');
  });

  it('writes the limit into the field that the provider keeps to, and into no other', () => {
    const providers = policies['inference-policy'].providers.map((provider) => ({
      ...provider,
      outputLimit: 'max_completion_tokens' as const,
    }));
    const newer = withPolicy({ providers });
    for (const asked of [{ max_tokens: 7 }, { max_tokens: 7, max_completion_tokens: 9 }]) {
      expect(decide(asked, newer)).toMatchObject({ body: { max_completion_tokens: 7 } });
      expect(decide(asked, newer)).not.toHaveProperty('body.max_tokens');
    }
    expect(decide({ max_completion_tokens: 7 })).toMatchObject({ body: { max_tokens: 7 } });
    expect(decide({ max_completion_tokens: 7 })).not.toHaveProperty('body.max_completion_tokens');
  });

  it('shares the limit among several answers', () => {
    expect(decide({ n: 3 })).toMatchObject({ body: { max_tokens: 33 } });
  });

  it('sets no limit where the policy has none', () => {
    const decision = decide(
      { max_tokens: 100_000 },
      withPolicy({ maxTokensPerRequest: null as never }),
    );
    expect(decision).toMatchObject({ body: { max_tokens: 100_000 } });
  });

  it('passes a listed tool', () => {
    expect(decide({ tools: [tool('search')] })).toMatchObject({ model: 'small' });
    expect(decide({ functions: [{ name: 'search' }] })).toMatchObject({ model: 'small' });
    const custom = { type: 'custom', custom: { name: 'search' } };
    expect(decide({ tools: [custom] })).toMatchObject({ model: 'small' });
  });

  it.each([
    ['a function', { tools: [tool('search'), tool('shell')] }, 'got the tool "shell"'],
    ['an older function', { functions: [{ name: 'shell' }] }, 'got the tool "shell"'],
    [
      'a custom tool',
      { tools: [{ type: 'custom', custom: { name: 'shell' } }] },
      'got the tool "shell"',
    ],
    ['a hosted tool', { tools: [{ type: 'web_search' }] }, 'which the provider would run'],
    [
      'an MCP server of the provider',
      { tools: [{ type: 'mcp', server_url: 'http://x' }] },
      'which the provider would run',
    ],
    [
      'a hosted tool with the name of a listed one',
      { tools: [{ type: 'web_search', function: { name: 'search' } }] },
      'which the provider would run',
    ],
  ])('denies %s that is not listed', (_what, body, reason) => {
    const decision = decide(body);
    expect(decision).toMatchObject({
      code: 'KARS_TOOL_NOT_ALLOWED',
      rule: 'ToolPolicy agents/tools allowedTools',
    });
    expect('code' in decision ? decision.reason : '').toContain(reason);
  });

  it('denies every tool without a tool policy, and none with *', () => {
    expect(decide({ tools: [tool('search')] }, { tools: undefined })).toMatchObject({
      code: 'KARS_TOOL_NOT_ALLOWED',
      rule: 'no ToolPolicy',
    });
    const source = { kind: 'ToolPolicy', namespace: 'agents', name: 'tools' };
    const all = { source, payload: { allowedTools: ['*'] } };
    expect(decide({ tools: [tool('shell')] }, { tools: all })).toMatchObject({ model: 'small' });
    expect(decide({ tools: [{ type: 'web_search' }] }, { tools: all })).toMatchObject({
      code: 'KARS_TOOL_NOT_ALLOWED',
    });
  });

  it('denies everything without an inference policy', () => {
    const asked = chat.request.parse(hello);
    const plan = planCall({ surface: chat }, asked, { ...inForce, inference: undefined });
    expect(plan).toMatchObject({ code: 'KARS_POLICY_UNAVAILABLE' });
  });
});
