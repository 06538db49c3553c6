import { describe, expect, it } from 'vitest';
import { startProvider, type Behaviour } from '../../../../support/openai-provider.ts';
import { CREDENTIAL, hello, startRouter, type TestRouter } from '../../support.ts';
import {
  answering,
  calling,
  eventsOf,
  responsesOnly,
  saying,
  textOf,
  type Item,
} from './responses-provider.ts';

const start = async (behaviour: Behaviour, change: object = {}): Promise<TestRouter> => {
  const { endpoint } = await startProvider(behaviour);
  const inference = { ...responsesOnly['inference-policy'], ...change };
  return startRouter(endpoint, { ...responsesOnly, 'inference-policy': inference });
};

/** What a client gets, whole or as a stream. */
async function get(router: TestRouter, stream: boolean): Promise<string> {
  return (await router.post({ ...hello, stream })).text();
}

const ARGUMENT = 'all-of-them';

const REFUSED: readonly (readonly [string, Item])[] = [
  ['a tool that the policy does not list', calling('t1', `{"id":"${ARGUMENT}"}`, 'delete_all')],
  ['what the provider runs', { type: 'web_search_call', id: 'ws_1', action: { query: ARGUMENT } }],
  [
    'an item of another kind',
    { type: 'shell_call', call_id: 't1', action: { commands: [ARGUMENT] } },
  ],
];

describe.each([false, true])('an answer that is translated, streamed: %s', (isStreamed) => {
  it.each(REFUSED)('is refused before anything of it is said: %s', async (_what, item) => {
    const router = await start(answering(() => [item]));
    const text = await get(router, isStreamed);
    expect(text).toContain('KARS_TOOL_CALL_NOT_ALLOWED');
    expect(text).not.toContain(ARGUMENT);
    expect(text).not.toContain('tool_calls');
    expect(await router.sidecar.audited()).toContainEqual(
      expect.objectContaining({ surface: 'chat-tool-call', decision: 'deny' }),
    );
  });

  it('has nothing of an item that the policy allows and chat completions do not have', async () => {
    const { endpoint } = await startProvider(
      answering(() => [{ type: 'shell_call', call_id: 't1', action: { commands: [ARGUMENT] } }]),
    );
    const router = await startRouter(endpoint, {
      ...responsesOnly,
      'tool-policy': { allowedTools: ['shell'] },
    });
    const text = await get(router, isStreamed);
    expect(text).toContain('KARS_UPSTREAM_INVALID');
    expect(text).not.toContain(ARGUMENT);
  });

  it('has no credential of the provider', async () => {
    const router = await start(
      // A delta that has the whole of it.
      ({ body }, answer) => {
        const isStream = body['stream'] === true;
        const items = [saying(`it is ${CREDENTIAL}`)];
        answer.writeHead(200, {
          'content-type': isStream ? 'text/event-stream' : 'application/json',
        });
        const events = eventsOf(items, 100);
        answer.end(isStream ? textOf(events) : JSON.stringify(events.at(-1)?.['response']));
      },
    );
    const text = await get(router, isStreamed);
    expect(text).toContain('it is <credential>');
    expect(text).not.toContain(CREDENTIAL);
  });

  it('that is cut says so', async () => {
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    const router = await start(answering(() => [saying('I lo')], cut));
    expect(await get(router, isStreamed)).toContain('"finish_reason":"length"');
  });

  it('that failed is an error, and is charged what it used', async () => {
    const failed = {
      status: 'failed',
      error: { code: 'server_error', message: `no ${CREDENTIAL}` },
    };
    const router = await start(
      answering(() => [saying('I lo')], failed),
      {
        budget: { dailyTokens: 100_000 },
      },
    );
    const text = await get(router, isStreamed);
    expect(text).toContain('the provider failed at the response: no <credential>');
    expect(text).toContain('KARS_UPSTREAM_INTERRUPTED');
    expect(text).not.toContain('finish_reason":"stop');
    expect(await router.sidecar.audited()).toContainEqual(
      expect.objectContaining({ surface: 'chat-usage', tokens: { input: 11, output: 7 } }),
    );
  });
});

describe('a model by responses alone that takes over', () => {
  it.each([false, true])('answers a chat completion, streamed: %s', async (stream) => {
    const [near, far] = await Promise.all([
      startProvider((_request, answer) => {
        answer.writeHead(503).end();
      }),
      startProvider(answering(() => [saying('from afar')])),
    ]);
    const inference = responsesOnly['inference-policy'];
    const [local] = inference.providers;
    const fallbacks = [{ provider: 'far', deployment: 'pro', api: 'responses' as const }];
    const router = await startRouter(
      new Map([
        ['local', near.endpoint],
        ['far', far.endpoint],
      ]),
      {
        ...responsesOnly,
        'inference-policy': {
          ...inference,
          models: [{ provider: 'local', deployment: 'small', fallbacks }],
          providers: inference.providers.concat(
            local === undefined ? [] : { ...local, name: 'far' },
          ),
        },
      },
    );
    expect(await get(router, stream)).toContain(stream ? '"content":"fro"' : 'from afar');
    expect(near.requests.map(({ url }) => url)).toEqual(['/v1/chat/completions']);
    expect(far.requests).toMatchObject([{ url: '/v1/responses', body: { model: 'pro' } }]);
  });
});

describe('an error of the provider', () => {
  it('passes with its code, without what must not', async () => {
    const router = await start((_request, answer) => {
      answer.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
      const error = { message: `busy for ${CREDENTIAL}`, type: 'requests', code: 'busy', x: 1 };
      answer.end(JSON.stringify({ error, choices: [{ message: { content: 'x' } }] }));
    });
    const answer = await router.post(hello);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toEqual({
      error: { message: 'busy for <credential>', type: 'requests', code: 'busy', param: null },
    });
  });
});

describe('a budget', () => {
  it('cuts a stream that says more than is reserved', async () => {
    const router = await start(
      answering(() => [saying('x'.repeat(60))]),
      {
        budget: { dailyTokens: 10_000 },
      },
    );
    const answer = await router.post({ ...hello, stream: true, max_tokens: 5 });
    expect(await answer.text()).toContain('KARS_BUDGET_SPENT');
  });
});
