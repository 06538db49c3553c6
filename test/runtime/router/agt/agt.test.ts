import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { PayloadOf } from 'kars-constructs/contract';
import { startProvider } from '../../../support/openai-provider.ts';
import { hello, policies, startRouter, type TestRouter } from '../support.ts';

const profile = JSON.stringify({
  version: '1.0',
  policies: [
    { name: 'all', type: 'capability', allowed_actions: ['inference:*', 'tool:*', 'shell:ls'] },
    { name: 'human', type: 'approval', actions: ['tool:pay'], priority: 1 },
    { name: 'rate', type: 'rate_limit', actions: ['inference:*'], max_calls: 1, window: '1h' },
  ],
});

const start = async (policy: Partial<PayloadOf<'tool-policy'>> = {}): Promise<TestRouter> =>
  startRouter((await startProvider()).endpoint, {
    ...policies,
    'tool-policy': { allowedTools: ['search', 'pay'], profile, ...policy },
  });

const evaluate = async ({ url }: TestRouter, body: unknown): Promise<unknown> => {
  const response = await fetch(`${url}/agt/evaluate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
};

const get = async ({ url }: TestRouter, path: string): Promise<Record<string, unknown>> =>
  (await (await fetch(url + path)).json()) as Record<string, unknown>;

describe('an evaluation', () => {
  it.each<[unknown, string]>([
    [{}, 'deny'],
    [[], 'deny'],
    [{ action: 5 }, 'deny'],
    [{ action: 'tool:delete_all' }, 'deny'],
    [{ action: 'tool.invoke:delete_all' }, 'deny'],
    [{ action: 'tool:delete_all', agent_id: 'admin', context: { trust_score: 1000 } }, 'deny'],
    [{ action: 'shell:ls; rm -rf /' }, 'deny'],
    [{ action: 'inference:chat_completions:huge' }, 'deny'],
    [{ action: 'admin:anything' }, 'deny'],
    [{ action: 'tool:pay' }, 'requires_approval'],
    [{ action: 'tool:search' }, 'allow'],
    [{ action: 'shell:ls -la' }, 'allow'],
    [{ action: 'inference:chat_completions:small' }, 'allow'],
  ])('of %j says what a call would meet', async (body, action) => {
    expect(await evaluate(await start(), body)).toEqual({
      allowed: action === 'allow',
      action,
      decision: action,
      matched_rule: expect.any(String) as string,
      reason: expect.any(String) as string,
      rate_limited: false,
    });
  });

  it('counts for no bound, and says when one is full', async () => {
    const router = await start();
    const action = 'inference:chat_completions:small';
    for (let count = 0; count < 5; count += 1) {
      expect(await evaluate(router, { action })).toMatchObject({ allowed: true });
    }
    expect((await router.post({ ...hello, model: 'small' })).status).toBe(200);
    expect(await evaluate(router, { action })).toMatchObject({
      allowed: false,
      action: 'deny',
      rate_limited: true,
    });
    expect(await get(router, '/agt/status')).toMatchObject({
      sandbox: 'reader',
      engine: 'native',
      evaluations: { allow: 5, deny: 0, requires_approval: 0, rate_limited: 1 },
    });
  });

  it('fills no log, however often an agent asks', async () => {
    const router = await start();
    for (let count = 0; count < 20; count += 1) {
      await evaluate(router, { action: 'tool:search' });
      await evaluate(router, { action: 'tool:delete_all' });
    }
    expect(await router.sidecar.audited()).toMatchObject([
      { surface: 'agt-evaluate', target: 'tool:delete_all', decision: 'deny' },
    ]);
  });

  it('denies without a policy', async () => {
    const router = await startRouter((await startProvider()).endpoint, {
      'tool-policy': { allowedTools: ['*'] },
    });
    expect(await evaluate(router, { action: 'tool:search' })).toMatchObject({ allowed: false });
  });
});

describe('the log, as an agent may see it', () => {
  it('has the last decisions in the shape of kars v0.1.x', async () => {
    const router = await start();
    expect(await get(router, '/agt/audit')).toEqual({ entries: [], count: 0, sandbox: 'reader' });
    const later = await start();
    await later.post({ ...hello, model: 'huge' });
    expect(await get(later, '/agt/audit')).toEqual({
      entries: [
        {
          action: 'chat:huge',
          agent_id: 'reader',
          decision: 'deny',
          result: 'KARS_MODEL_NOT_ALLOWED',
          timestamp: expect.any(String) as string,
        },
      ],
      count: 1,
      sandbox: 'reader',
    });
  });

  it('shows no more than a hundred, and reads no more than the end of a long log', async () => {
    const router = await start();
    for (let count = 0; count < 110; count += 1) {
      await router.post({ ...hello, model: `huge-${count}` });
    }
    const { entries } = await get(router, '/agt/audit');
    expect(entries).toHaveLength(100);
    expect((entries as object[]).at(-1)).toMatchObject({ action: 'chat:huge-109' });
  });

  it('is valid as it was written, and is not when somebody has changed it', async () => {
    const router = await start();
    await router.post({ ...hello, model: 'huge' });
    expect(await get(router, '/agt/audit/verify')).toMatchObject({
      integrity: 'valid',
      entries: 1,
      sandbox: 'reader',
    });
    const changed = await start();
    await changed.post({ ...hello, model: 'huge' });
    const { auditFile } = changed.sidecar;
    await writeFile(auditFile, (await readFile(auditFile, 'utf8')).replace('huge', 'tiny'));
    expect(await get(changed, '/agt/audit/verify')).toMatchObject({ integrity: 'COMPROMISED' });
    const torn = await start();
    await torn.post({ ...hello, model: 'huge' });
    await appendFile(torn.sidecar.auditFile, '{"seq":');
    expect(await get(torn, '/agt/audit/verify')).toMatchObject({ integrity: 'valid', entries: 1 });
    await appendFile(torn.sidecar.auditFile, '\n');
  });
});

it.each(['PUT', 'DELETE', 'PATCH'])('nothing takes %s', async (method) => {
  const router = await start();
  for (const path of ['evaluate', 'status', 'audit', 'audit/verify', 'trust', 'rate-limit']) {
    expect((await fetch(`${router.url}/agt/${path}`, { method })).status).toBe(404);
  }
});
