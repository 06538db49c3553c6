import { describe, expect, it } from 'vitest';
import type { CallLimits } from 'kars-constructs/contract';
import { CallRates } from '../../../runtime/router/call-rates.ts';
import { startProvider, wellBehaved, type Behaviour } from '../../support/openai-provider.ts';
import { codeOf, hello, policies, startRouter } from './support.ts';

const rule = 'InferencePolicy agents/models callLimits';
const call = { ...hello, model: 'small' };

const limited = (callLimits: CallLimits) => ({
  ...policies,
  'inference-policy': { ...policies['inference-policy'], callLimits },
});

describe('requests in a minute', () => {
  it('are counted over any minute, and the answer says how long to wait', () => {
    let now = 0;
    const rates = new CallRates(() => now);
    const take = (): number | 'passes' => {
      const place = rates.take({ limits: { requestsPerMinute: 2 }, rule });
      return 'denial' in place ? place.retryAfter : 'passes';
    };
    expect(take()).toBe('passes');
    now = 30_000;
    expect([take(), take()]).toEqual(['passes', 30]);
    now = 59_999;
    expect(take()).toBe(1);
    now = 60_000;
    expect([take(), take()]).toEqual(['passes', 30]);
  });

  it('are counted as before when thousands of them are long ago', () => {
    let now = 0;
    const rates = new CallRates(() => now);
    const passed = Array.from({ length: 10_000 }, () => {
      now += 20;
      return rates.take({ limits: { requestsPerMinute: 3000 }, rule });
    }).filter((place) => !('denial' in place));
    expect(passed).toHaveLength(10_000);
    const over = rates.take({ limits: { requestsPerMinute: 2999 }, rule });
    expect(over).toMatchObject({ denial: { code: 'KARS_RATE_LIMITED' } });
  });

  it('that are over are refused with what clients wait for', async () => {
    const provider = await startProvider();
    const { post, sidecar } = await startRouter(
      provider.endpoint,
      limited({ requestsPerMinute: 1 }),
    );
    expect((await post(call)).status).toBe(200);
    const refused = await post(call);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.has('x-should-retry')).toBe(false);
    expect(await codeOf(refused)).toBe('KARS_RATE_LIMITED');
    const denied = (await sidecar.audited()).filter(({ decision }) => decision === 'deny');
    const named = expect.stringMatching(/^InferencePolicy .* callLimits$/) as string;
    expect(denied).toMatchObject([{ code: 'KARS_RATE_LIMITED', rule: named }]);
  });
});

describe('requests at once', () => {
  it('are told to wait, which the official client does by itself', async () => {
    let release: () => void = () => undefined;
    const first: Behaviour = async (request, response) => {
      if (provider.requests.length === 1) await new Promise<void>((resolve) => (release = resolve));
      await wellBehaved(request, response);
    };
    const provider = await startProvider(first);
    const { client, sidecar } = await startRouter(
      provider.endpoint,
      limited({ concurrentRequests: 1 }),
    );
    const one = client.chat.completions.create({ ...call, stream: false });
    await expect.poll(() => provider.requests.length).toBe(1);
    const other = client.chat.completions.create(call);
    await expect
      .poll(async () => (await sidecar.audited()).map(({ code }) => code))
      .toContain('KARS_RATE_LIMITED');
    release();
    expect((await one).choices).toHaveLength(1);
    expect((await other).choices).toHaveLength(1);
  });

  it('have their place back when a client goes away or a call is refused', async () => {
    const provider = await startProvider((_request, response) => void response.destroy());
    const { post } = await startRouter(provider.endpoint, limited({ concurrentRequests: 1 }));
    for (let n = 0; n < 3; n += 1)
      expect(await codeOf(await post(call))).not.toBe('KARS_RATE_LIMITED');
  });
});
