import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Payloads } from '../../../support/documents.ts';
import { startProvider } from '../../../support/openai-provider.ts';
import { codeOf, CREDENTIAL, policies, startRouter, type TestRouter } from '../support.ts';
import { behaviourOf, surfaceCases, type SurfaceCase } from './cases.ts';

const policiesFor = ({ api }: Pick<SurfaceCase, 'api'>, change: object = {}): Payloads => ({
  ...policies,
  'inference-policy': {
    ...policies['inference-policy'],
    ...change,
    providers: policies['inference-policy'].providers.map((provider) => ({ ...provider, api })),
  },
});

const start = (one: Pick<SurfaceCase, 'api'>, endpoint: string, change?: object) =>
  startRouter(endpoint, policiesFor(one, change));

const post = ({ url }: TestRouter, { path }: SurfaceCase, body: unknown): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe.each(surfaceCases)('the surface $surface at $path', (one) => {
  const { surface, api, upstreamPath, request, answer, output } = one;

  it('passes an answer as it is, and records what it used', async () => {
    const provider = await startProvider(behaviourOf(one));
    const router = await start(one, provider.endpoint);
    const got = await post(router, one, request);
    expect(await got.json()).toEqual(answer);
    expect(provider.requests[0]?.url).toBe(upstreamPath);
    const headers = provider.requests[0]?.headers;
    expect({ authorization: headers?.authorization, key: headers?.['x-api-key'] }).toEqual(
      api === 'openai'
        ? { authorization: `Bearer ${CREDENTIAL}`, key: undefined }
        : { authorization: undefined, key: CREDENTIAL },
    );
    expect(provider.requests[0]?.body).toMatchObject({ ...request, model: 'small' });
    expect(await router.sidecar.audited()).toMatchObject([
      { surface, target: 'small', decision: 'allow' },
      { surface: `${surface}-usage`, tokens: { input: 11, output } },
    ]);
  });

  it.each<[string, object, string]>([
    ['a model that is not listed', { model: 'huge' }, 'KARS_MODEL_NOT_ALLOWED'],
    ['a field that nobody knows', { fetch_url: 'https://evil.example' }, 'KARS_FIELD_UNKNOWN'],
    ...Object.entries(one.reaching).map(([name, value]): [string, object, string] => [
      name,
      { [name]: value },
      'KARS_PROVIDER_REACH',
    ]),
  ])('refuses %s in exactly one attempt', async (_what, change, code) => {
    const provider = await startProvider(behaviourOf(one));
    const router = await start(one, provider.endpoint);
    const got = await post(router, one, { ...request, ...change });
    expect(got.headers.get('x-should-retry')).toBe('false');
    expect(await codeOf(got)).toBe(code);
    expect(provider.requests).toEqual([]);
    expect(await router.sidecar.audited()).toMatchObject([{ surface, decision: 'deny', code }]);
  });

  it('denies without a policy', async () => {
    const provider = await startProvider(behaviourOf(one));
    const router = await startRouter(provider.endpoint, { 'tool-policy': { allowedTools: [] } });
    expect(await codeOf(await post(router, one, request))).toBe('KARS_POLICY_UNAVAILABLE');
    expect(provider.requests).toEqual([]);
  });

  it('reserves and settles, and stops when the budget is spent', async () => {
    const provider = await startProvider(behaviourOf(one));
    const router = await start(one, provider.endpoint, { budget: { dailyTokens: 600 } });
    const first = await post(router, one, request);
    const left = Number(first.headers.get('x-kars-tokens-left'));
    expect(left).toBeLessThan(600 - 256);
    const used = 11 + output;
    const long = { ...request, [api === 'openai' ? 'user' : 'system']: 'x'.repeat(600) };
    const denied = await post(router, one, long);
    expect(await codeOf(denied)).toBe('KARS_BUDGET_SPENT');
    const again = await post(router, one, request);
    expect(again.status).toBe(200);
    expect(Number(again.headers.get('x-kars-tokens-left'))).toBeLessThanOrEqual(left - used);
  });

  it('takes an answer that is none of it for a fault of the provider', async () => {
    const provider = await startProvider((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"hello":"world"}');
    });
    const got = await post(await start(one, provider.endpoint), one, request);
    expect([got.status, await codeOf(got)]).toEqual([502, 'KARS_UPSTREAM_INVALID']);
  });
});

const limited = surfaceCases.flatMap((one) =>
  one.limit === undefined ? [] : [{ ...one, limit: one.limit }],
);

describe.each(limited)('the output of $surface at $path', ({ limit, ...one }) => {
  const { request } = one;
  it('bounds what the model says, by the request or by the policy', async () => {
    const provider = await startProvider(behaviourOf(one));
    const router = await start(one, provider.endpoint);
    await post(router, one, request);
    await post(router, one, { ...request, [limit]: 7 });
    expect(provider.requests.map(({ body }) => body[limit])).toEqual([100, 7]);
    const over = await post(router, one, { ...request, [limit]: 101 });
    expect(await codeOf(over)).toBe('KARS_TOKENS_PER_REQUEST');
  });

  it('is lowered to what the budget has left, before the provider gets it', async () => {
    const provider = await startProvider(behaviourOf(one));
    const change = { maxTokensPerRequest: null, budget: { dailyTokens: 1000 } };
    const router = await start(one, provider.endpoint, change);
    const got = await post(router, one, { ...request, [limit]: 5000 });
    expect(got.headers.get('x-kars-tokens-left')).toBe('0');
    const sent = Number(provider.requests[0]?.body[limit]);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(1000 - 256);
  });
});

const streamed = surfaceCases.flatMap((one) =>
  one.stream === undefined ? [] : [{ ...one, stream: one.stream }],
);

describe.each(streamed)('a stream of $surface at $path', (one) => {
  const { surface, request, stream } = one;
  it('streams every event, and charges what the last one reports', async () => {
    const provider = await startProvider(behaviourOf(one));
    const router = await start(one, provider.endpoint);
    const got = await post(router, one, { ...request, stream: true });
    const text = await got.text();
    expect(text).toContain('hello ');
    expect(text).toContain('world');
    expect((await router.sidecar.audited())[1]).toMatchObject({
      surface: `${surface}-usage`,
      reason: 'completed',
      tokens: { input: 11, output: 7 },
    });
  });

  it('ends a stream with an error that breaks off, however it was cut', async () => {
    const whole = Buffer.from(stream);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 3 }), async (length) => {
        const provider = await startProvider((_request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.end(whole.subarray(0, length));
        });
        const router = await start(one, provider.endpoint);
        const got = await post(router, one, { ...request, stream: true });
        expect(await got.text()).toContain('KARS_UPSTREAM_INTERRUPTED');
      }),
      { numRuns: 8 },
    );
  });
});

/** Messages are translated where a provider has chat completions. */
const untranslated = surfaceCases.filter(({ surface }) => surface !== 'messages');

it.each(untranslated)('$surface is not served by a provider of another API', async (one) => {
  const provider = await startProvider(behaviourOf(one));
  const other = one.api === 'openai' ? 'anthropic' : 'openai';
  const got = await post(await start({ api: other }, provider.endpoint), one, one.request);
  expect([got.status, await codeOf(got)]).toEqual([403, 'KARS_API_NOT_SERVED']);
  expect(provider.requests).toEqual([]);
});
