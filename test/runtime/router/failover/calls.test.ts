import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startProvider, wellBehaved, type Behaviour } from '../../../support/openai-provider.ts';
import { CREDENTIAL, credentialOf, hello, policies, startRouter } from '../support.ts';
import { refusing, startTwo, withFallback } from './support.ts';

const call = { ...hello, model: 'small', max_tokens: 10 };

/** Asks by another API, and says how that ended. */
const respond = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small', input: 'x' }),
  });
  await response.arrayBuffer();
  return response.status;
};

/** Behaves in each way in turn, and in the last one from then on. */
const inTurn = (...behaviours: [Behaviour, ...Behaviour[]]): Behaviour => {
  let count = 0;
  return (request, response) => {
    const behaviour = behaviours[Math.min(count, behaviours.length - 1)];
    count += 1;
    return behaviour?.(request, response);
  };
};

describe('another target takes over', () => {
  it.each([429, 503, 529])('from one that answers with status %i', async (status) => {
    const { client, asked, sidecar } = await startTwo(refusing(status));
    const { choices } = await client.chat.completions.create(call);
    expect(choices[0]?.message.content).toBe('hello');
    expect(asked.map((requests) => requests.map(({ body }) => body['model']))).toEqual([
      ['small'],
      ['medium'],
    ]);
    expect(await sidecar.audited()).toMatchObject([
      { surface: 'chat', target: 'small', rule: expect.stringMatching(/ models$/) as string },
      {
        surface: 'chat-usage',
        target: 'small',
        reason: `the provider answered with status ${status}; another attempt follows`,
        tokens: { input: 0, output: 0 },
      },
      {
        surface: 'chat',
        target: 'other/medium',
        rule: expect.stringMatching(/ fallbacks of small$/) as string,
      },
      { surface: 'chat-usage', target: 'other/medium', tokens: { input: 11, output: 7 } },
    ]);
  });

  it('from one whose refusal never ends, which is not waited for', async () => {
    const closed: Promise<unknown>[] = [];
    const { post, asked } = await startTwo((_request, response) => {
      closed.push(once(response, 'close'));
      response.writeHead(503, { 'content-type': 'application/json' });
      response.write('{');
    });
    expect((await post(call)).status).toBe(200);
    await Promise.all(closed);
    expect(asked.map(({ length }) => length)).toEqual([1, 1]);
  });

  it('with its own credential, and no other one', async () => {
    const { post, asked } = await startTwo(refusing(429));
    await post(call);
    const [sent] = asked[1] ?? [];
    expect(sent?.headers.authorization).toBe(`Bearer ${credentialOf('other')}`);
    expect(JSON.stringify(sent)).not.toContain(CREDENTIAL);
  });

  it('for a stream of which nothing was sent', async () => {
    const { client } = await startTwo(refusing(503));
    const stream = await client.chat.completions.create({ ...call, stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('hello world');
  });

  it('from one that cannot be reached, or has no credential', async () => {
    const { asked, ...two } = await startTwo(wellBehaved);
    expect((await two.post(call)).status).toBe(200);
    expect(asked.map(({ length }) => length)).toEqual([1, 0]);
    const lost = await startRouter(
      new Map([
        ['local', 'http://127.0.0.1:1/v1'],
        ['other', 'http://127.0.0.1:1/v1'],
      ]),
      withFallback(),
    );
    expect((await lost.post(call)).status).toBe(502);
    expect(await lost.sidecar.audited()).toMatchObject([
      { target: 'small' },
      { target: 'small' },
      { target: 'other/medium' },
      { target: 'other/medium', tokens: { input: 0, output: 0 } },
    ]);
  });

  it('and the answer of the last one passes where none serves', async () => {
    const { post, asked } = await startTwo(refusing(503), refusing(429, { 'retry-after': '9' }));
    const response = await post(call);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('9');
    expect(await response.text()).toContain('of-429');
    expect(asked.map(({ length }) => length)).toEqual([1, 1]);
  });

  it('and the budget is charged for the target that answers alone', async () => {
    const budget = { dailyTokens: 10_000 };
    const { post } = await startTwo(refusing(529), undefined, withFallback({ budget }));
    const first = await post(call);
    const second = await post(call);
    const left = [first, second].map(({ headers }) => Number(headers.get('x-kars-tokens-left')));
    expect((left[0] ?? 0) - (left[1] ?? 0)).toBe(11 + 7);
  });
});

describe('a provider that says when to come again', () => {
  it('is asked once more where that is soon, with one target alone too', async () => {
    const soon = refusing(429, { 'retry-after-ms': '20' });
    const { post, asked } = await startTwo(inTurn(soon, wellBehaved));
    expect((await post({ ...call, model: 'large' })).status).toBe(200);
    expect(asked.map(({ length }) => length)).toEqual([2, 0]);
  });

  it('is asked no third time', async () => {
    const { post, asked } = await startTwo(refusing(429, { 'retry-after-ms': '20' }));
    expect((await post(call)).status).toBe(200);
    expect(asked.map(({ length }) => length)).toEqual([2, 1]);
  });

  it('is not waited for where that is later, and the client is told without another target', async () => {
    const { post, asked } = await startTwo(refusing(429, { 'retry-after': '3' }));
    const response = await post({ ...call, model: 'large' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await post(call)).status).toBe(200);
    expect(asked.map(({ length }) => length)).toEqual([2, 1]);
  });

  it.each([{ 'retry-after-ms': '2500', 'retry-after': CREDENTIAL }, { 'retry-after-ms': '2500' }])(
    'is passed on as seconds, and not as it stands: %o',
    async (headers) => {
      const { post } = await startTwo(refusing(429, headers));
      const response = await post({ ...call, model: 'large' });
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
    },
  );
});

describe('a client that leaves while its router waits for a provider', () => {
  it('pays nothing for what was refused', async () => {
    const gone = new AbortController();
    const { url, sidecar, asked } = await startTwo((request, response) => {
      void refusing(429, { 'retry-after-ms': '1999' })(request, response);
      response.once('finish', () => setTimeout(() => gone.abort(), 100));
    });
    const left = fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
      signal: gone.signal,
    });
    await expect(left).rejects.toThrow();
    await expect
      .poll(() => sidecar.audited())
      .toMatchObject([
        { surface: 'chat' },
        {
          surface: 'chat-usage',
          reason: 'the provider answered with status 429; the client went away',
          tokens: { input: 0, output: 0 },
        },
      ]);
    expect(asked.map(({ length }) => length)).toEqual([1, 0]);
  });
});

describe('a target that does not serve', () => {
  it('is left alone after three failures, also those from which none takes over', async () => {
    const { post, asked } = await startTwo(refusing(500));
    for (const status of [500, 500, 500, 200, 200]) expect((await post(call)).status).toBe(status);
    expect(asked.map(({ length }) => length)).toEqual([3, 2]);
  });

  it('is asked by others than those that it fails: another key, or another path', async () => {
    const limited = await startProvider((request, response) =>
      request.headers.authorization === `Bearer ${CREDENTIAL}`
        ? refusing(429, { 'retry-after': '60' })(request, response)
        : wellBehaved(request, response),
    );
    const endpoints = new Map(['local', 'other'].map((name) => [name, limited.endpoint]));
    const provider = policies['inference-policy'].providers[0]?.endpoint;
    const fallbacks = [{ provider: 'other', deployment: 'small' }];
    const { post } = await startRouter(
      endpoints,
      withFallback(
        { models: [{ provider: 'local', deployment: 'small', fallbacks }] },
        provider === undefined ? {} : { endpoint: provider },
      ),
    );
    expect((await post(call)).status).toBe(200);
    const { url, asked, ...two } = await startTwo((request, response) =>
      request.url.endsWith('/responses')
        ? refusing(500)(request, response)
        : wellBehaved(request, response),
    );
    for (let count = 0; count < 4; count += 1) await respond(url);
    expect((await two.post(call)).status).toBe(200);
    expect(
      asked.map((requests) => requests.map((request) => request.url.split('/').at(-1))),
    ).toEqual([['responses', 'responses', 'responses', 'completions'], ['responses']]);
  });

  it('is not one that lacks an API which a client may choose', async () => {
    const { url, asked } = await startTwo(refusing(501));
    for (let count = 0; count < 4; count += 1) expect(await respond(url)).toBe(501);
    expect(asked.map(({ length }) => length)).toEqual([4, 0]);
  });

  it('is tried all the same where there is no other', async () => {
    const { post, asked } = await startTwo(refusing(500), refusing(500));
    for (let count = 0; count < 8; count += 1) expect((await post(call)).status).toBe(500);
    expect(asked.map(({ length }) => length)).toEqual([5, 3]);
  });
});
