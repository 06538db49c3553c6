import { describe, expect, it } from 'vitest';
import type { PayloadOf } from 'kars-constructs/contract';
import { Governance } from '../../../../runtime/router/governance.ts';
import { profileFloor } from '../../../../runtime/router/profile-floor.ts';
import type { Payloads } from '../../../support/documents.ts';
import { startProvider } from '../../../support/openai-provider.ts';
import { openSidecar } from '../../../support/sidecar.ts';
import { refusing, startTwo, withFallback } from '../failover/support.ts';
import { codeOf, hello, policies, startRouter, type TestRouter } from '../support.ts';
import { callsOf } from './answers.ts';

const [calling] = callsOf('search');

/** A router whose provider calls the tool `search` in every answer. */
const start = async (policy: Partial<PayloadOf<'tool-policy'>>): Promise<TestRouter> => {
  const provider = await startProvider((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(calling?.whole));
  });
  const payloads: Payloads = {
    ...policies,
    'tool-policy': { allowedTools: ['search', 'read'], ...policy },
  };
  return startRouter(provider.endpoint, payloads);
};

const request = { ...hello, model: 'small' };

const offering = (name: string): object => ({
  ...request,
  tools: [{ type: 'function', function: { name } }],
});

const profile = (...rules: readonly object[]): string =>
  JSON.stringify({ version: '1.0', policies: rules });

const models = { name: 'models', type: 'capability', allowed_actions: ['inference:*'] };

const tools = { name: 'tools', type: 'capability', allowed_actions: ['tool:*'] };

const KINDS: readonly [string, object, string][] = [
  ['chat', request, 'KARS_TOOL_CALL_NOT_ALLOWED'],
  ['offers', offering('search'), 'KARS_TOOL_NOT_ALLOWED'],
];

describe('a profile', () => {
  it.each(KINDS)(
    'denies a call that it does not allow, though the list does: %s',
    async (_what, body, code) => {
      const { post, sidecar } = await start({ profile: profile(models) });
      const got = await post(body);
      expect([got.status, await codeOf(got)]).toEqual([403, code]);
      expect((await sidecar.audited()).at(-1 - Number(body === request))).toMatchObject({
        decision: 'deny',
        code,
        rule: 'default of the policy',
      });
    },
  );

  it('lets through what it allows', async () => {
    const { post } = await start({ profile: profile(models, tools) });
    expect((await post(request)).status).toBe(200);
    expect((await post(offering('search'))).status).toBe(200);
  });

  it('adds no tool to the list', async () => {
    const { post } = await start({ profile: profile(models, tools), allowedTools: ['read'] });
    expect(await codeOf(await post(request))).toBe('KARS_TOOL_CALL_NOT_ALLOWED');
  });

  it('denies models that it does not allow', async () => {
    const some = { ...models, allowed_actions: ['inference:chat_completions:large'] };
    const { post } = await start({ profile: profile(some, tools) });
    expect(await codeOf(await post(request))).toBe('KARS_ACTION_NOT_ALLOWED');
    expect((await post({ ...request, model: 'large' })).status).toBe(200);
  });

  it('denies a model that would take over, and counts the request once', async () => {
    const withProfile = (allowed: string) => ({
      ...withFallback(),
      'tool-policy': {
        allowedTools: [],
        profile: profile(
          { ...models, allowed_actions: ['inference:chat_completions:small', allowed] },
          { name: 'rate', type: 'rate_limit', max_calls: 1, window: '1h' },
        ),
      },
    });
    const denied = await startTwo(refusing(429), undefined, withProfile('inference:x'));
    expect(await codeOf(await denied.post(request))).toBe('KARS_ACTION_NOT_ALLOWED');
    expect(denied.asked.map(({ length }) => length)).toEqual([1, 0]);
    const medium = withProfile('inference:chat_completions:medium');
    const allowed = await startTwo(refusing(429), undefined, medium);
    expect((await allowed.post(request)).status).toBe(200);
    expect(await codeOf(await allowed.post(request))).toBe('KARS_RATE_LIMITED');
  });

  it('has requests wait for its bounds', async () => {
    const rate = { name: 'rate', type: 'rate_limit', actions: ['inference:*'], max_calls: 1, window: '1h' }; // prettier-ignore
    const { post } = await start({ profile: profile(models, tools, rate) });
    expect((await post(request)).status).toBe(200);
    const got = await post(request);
    expect([got.status, await codeOf(got)]).toEqual([429, 'KARS_RATE_LIMITED']);
    expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(3500);
  });

  it('that needs approval stops the tool at the request', async () => {
    const approval = { name: 'human', type: 'approval', actions: ['tool:search'], priority: 1 };
    const { post } = await start({ profile: profile(models, tools, approval) });
    expect(await codeOf(await post(offering('search')))).toBe('KARS_APPROVAL_NEEDED');
    expect(await codeOf(await post(request))).toBe('KARS_APPROVAL_NEEDED');
    const read = await post(offering('read'));
    expect(await codeOf(read)).toBe('KARS_APPROVAL_NEEDED');
  });

  it('that nobody can read denies everything', async () => {
    const { post } = await start({ profile: 'version: [' });
    expect(await codeOf(await post(request))).toBe('KARS_ACTION_NOT_ALLOWED');
  });

  it('that nobody can read is refused with its set, and any other is not', async () => {
    const floorOf = async (text: string) => {
      const sidecar = await openSidecar('router', {
        ...policies,
        'tool-policy': { allowedTools: [], profile: text },
      });
      const snapshot = sidecar.documents.snapshot();
      return snapshot === undefined ? undefined : profileFloor(snapshot);
    };
    expect(await floorOf('version: [')).toMatchObject([
      { code: 'KARS_PROFILE_INVALID', path: 'tool-policy.json' },
    ]);
    expect(await floorOf(profile(models))).toEqual([]);
  });
});

describe('a policy of tools', () => {
  it('stops calls above its rate, which clients do not try again by themselves', async () => {
    const { post } = await start({ rateBounds: [{ calls: 2, seconds: 3600 }] });
    for (let count = 0; count < 2; count += 1) {
      expect((await post(offering('search'))).status).toBe(200);
    }
    const got = await post(request);
    expect([got.status, got.headers.get('x-should-retry')]).toEqual([403, 'false']);
    expect(await codeOf(got)).toBe('KARS_TOOL_CALLS_EXCEEDED');
  });

  it('denies where its engine is down', async () => {
    const make = () => ({
      name: 'remote',
      decide: () => {
        throw new Error('down');
      },
    });
    const inForce = { inference: undefined, tools: undefined };
    const down = new Governance('reader', { engine: 'remote', make });
    const model = { surface: 'chat', model: 'small', offered: [] };
    expect(await down.refuseRequest(model, inForce)).toMatchObject({
      code: 'KARS_ACTION_NOT_ALLOWED',
      rule: 'policy engine remote',
    });
    expect(await new Governance('reader').refuseRequest(model, inForce)).toBeUndefined();
  });

  it('that has every call approved lets none be made', async () => {
    const { post } = await start({ approval: 'always' });
    expect(await codeOf(await post(request))).toBe('KARS_APPROVAL_NEEDED');
  });
});
