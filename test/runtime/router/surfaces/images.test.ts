import OpenAI, { APIError, toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../../runtime/router/limits.ts';
import { startProvider, type Behaviour } from '../../../support/openai-provider.ts';
import { CREDENTIAL, policies, startRouter } from '../support.ts';

const USAGE = {
  input_tokens: 11,
  input_tokens_details: { image_tokens: 0, text_tokens: 11 },
  output_tokens: 4160,
  total_tokens: 4171,
};

const IMAGE = 'iVBORw0KGgo=';

const answer = (...data: readonly object[]): object => ({ created: 1, data, usage: USAGE });

const named = (event: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

const partial = (index: number): string =>
  named({ type: 'image_generation.partial_image', b64_json: IMAGE, partial_image_index: index });

const completed = (more: object = { b64_json: IMAGE }): string =>
  named({ type: 'image_generation.completed', usage: USAGE, ...more });

/** Answers with an image, or streams it in pieces of itself. */
const draws: Behaviour = ({ body }, response) => {
  const isStream = body['stream'] === true;
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
  response.end(
    isStream ? partial(0) + partial(1) + completed() : JSON.stringify(answer({ b64_json: IMAGE })),
  );
};

async function start(behaviour: Behaviour = draws, change: object = {}) {
  const provider = await startProvider(behaviour);
  const inference = { ...policies['inference-policy'], maxTokensPerRequest: null, ...change };
  const router = await startRouter(provider.endpoint, {
    ...policies,
    'inference-policy': inference,
  });
  const client = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: 'of-the-agent', maxRetries: 0 });
  return { client, router, requests: provider.requests };
}

const asked = { model: 'small', prompt: 'a cat' };

/** What a client raises. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (one: unknown) => one,
  );
  expect(error).toBeInstanceOf(APIError);
  return error;
}

/** What the client cannot say, but a program can. */
const unsaid = (body: object): OpenAI.ImageGenerateParamsNonStreaming => ({ ...asked, ...body });

describe('a request for images', () => {
  it.each<[string, object, string]>([
    ['a model that is not listed', { model: 'huge' }, 'KARS_MODEL_NOT_ALLOWED'],
    ['a field that nobody knows', { image_url: 'https://evil.example' }, 'KARS_FIELD_UNKNOWN'],
    ['an image that is kept', { response_format: 'url' }, 'KARS_PROVIDER_REACH'],
    ['a store', { store: true }, 'KARS_PROVIDER_REACH'],
    ['MCP servers', { mcp_servers: ['x'] }, 'KARS_PROVIDER_REACH'],
    ['work that goes on', { background: true }, 'KARS_REQUEST_INVALID'],
    ['less moderation', { moderation: 'low' }, 'KARS_REQUEST_INVALID'],
    ['more than ten', { n: 11 }, 'KARS_REQUEST_INVALID'],
    ['a stream of several', { n: 2, stream: true }, 'KARS_REQUEST_INVALID'],
    ['no prompt', { prompt: '' }, 'KARS_REQUEST_INVALID'],
  ])('is refused in exactly one attempt with %s', async (_what, body, code) => {
    const { client, router, requests } = await start();
    expect(await errorOf(client.images.generate(unsaid(body)))).toMatchObject({ code });
    expect(requests).toEqual([]);
    expect(await router.sidecar.audited()).toMatchObject([{ surface: 'images', code }]);
  });

  it.each<[string, object]>([
    ['a budget', { budget: { dailyTokens: 1_000_000 } }],
    ['a limit of output', { maxTokensPerRequest: 100_000 }],
  ])('is refused under %s, since nothing bounds what it takes', async (_what, change) => {
    const { client, requests } = await start(draws, change);
    expect(await errorOf(client.images.generate(asked))).toMatchObject({
      status: 403,
      code: 'KARS_BUDGET_UNBOUNDED',
    });
    expect(requests).toEqual([]);
  });

  it('goes on as it was judged', async () => {
    const { client, requests } = await start();
    const body = {
      ...asked,
      n: 2,
      size: '1024x1024',
      quality: 'high',
      background: 'opaque',
    } as const;
    await client.images.generate({ ...body, ...{ Prompt: null } });
    expect(requests).toMatchObject([{ url: '/v1/images/generations' }]);
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(requests[0]?.body).toEqual(body);
  });

  it('to edit one is refused, with a code', async () => {
    const { client, requests } = await start();
    const image = await toFile(Buffer.from(IMAGE, 'base64'), 'a.png', { type: 'image/png' });
    expect(await errorOf(client.images.edit({ ...asked, image }))).toMatchObject({
      code: 'KARS_ROUTE_UNKNOWN',
    });
    expect(requests).toEqual([]);
  });
});

describe('an image', () => {
  it('passes as it is, and what it took is recorded', async () => {
    const { client, router } = await start();
    const { data, usage } = await client.images.generate(asked);
    expect(data).toEqual([{ b64_json: IMAGE }]);
    expect(usage).toEqual(USAGE);
    expect(await router.sidecar.audited()).toMatchObject([
      { surface: 'images', target: 'small', decision: 'allow' },
      { surface: 'images-usage', tokens: { input: 11, output: 4160 } },
    ]);
  });

  it('is charged with what another model takes to draw it', async () => {
    const beside = { input_tokens: 5, output_tokens: 40, total_tokens: 45, model: 'x' };
    const { client, router } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...answer({ b64_json: IMAGE }), svg_usage: beside }));
    });
    await client.images.generate({ ...asked, output_format: 'svg' });
    expect((await router.sidecar.audited())[1]).toMatchObject({
      tokens: { input: 16, output: 4200 },
    });
  });

  it('comes in a stream, after what it looks like so far', async () => {
    const { client, router } = await start();
    const types: string[] = [];
    for await (const event of await client.images.generate({
      ...asked,
      stream: true,
      partial_images: 2,
    })) {
      types.push(event.type);
      expect(event.b64_json).toBe(IMAGE);
    }
    expect(types).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ]);
    expect((await router.sidecar.audited())[1]).toMatchObject({
      surface: 'images-usage',
      reason: 'completed',
      tokens: { input: 11, output: 4160 },
    });
  });

  it('may be larger than what is said in words', async () => {
    const large = 'A'.repeat(limits.eventBytes * 2);
    const { client } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(completed({ b64_json: large }));
    });
    const stream = await client.images.generate({ ...asked, stream: true });
    for await (const event of stream) expect(event.b64_json).toHaveLength(large.length);
  });

  it.each<[string, object]>([
    ['by URL', { url: 'https://images.example.com/1.png' }],
    ['by URL beside', { b64_json: IMAGE, url: 'https://images.example.com/1.png' }],
    ['that is none', {}],
  ])('%s is no answer, whole or streamed', async (_what, one) => {
    const { client } = await start(({ body }, response) => {
      const isStream = body['stream'] === true;
      response.writeHead(200, {
        'content-type': isStream ? 'text/event-stream' : 'application/json',
      });
      response.end(isStream ? completed(one) : JSON.stringify(answer(one)));
    });
    const code = 'KARS_UPSTREAM_INVALID';
    expect(await errorOf(client.images.generate(asked))).toMatchObject({ status: 502, code });
    const read = async (): Promise<void> => {
      const stream = await client.images.generate({ ...asked, stream: true });
      for await (const event of stream) expect(event).toBeUndefined();
    };
    expect(await errorOf(read())).toMatchObject({ code });
  });

  it('that breaks off is an error', async () => {
    const { client } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(partial(0));
    });
    const read = async (): Promise<void> => {
      for await (const event of await client.images.generate({ ...asked, stream: true }))
        expect(event.type).toBe('image_generation.partial_image');
    };
    expect(await errorOf(read())).toMatchObject({ code: 'KARS_UPSTREAM_INTERRUPTED' });
  });
});

describe('a profile', () => {
  it('decides images by an action of their own', async () => {
    const provider = await startProvider(draws);
    const start = (actions: string[]) =>
      startRouter(provider.endpoint, {
        'inference-policy': { ...policies['inference-policy'], maxTokensPerRequest: null },
        'tool-policy': {
          allowedTools: [],
          profile: JSON.stringify({
            version: '1.0',
            policies: [{ name: 'a', type: 'capability', allowed_actions: actions }],
          }),
        },
      });
    const refused = await start(['inference:*']);
    expect(await errorOf(refused.client.images.generate(asked))).toMatchObject({
      code: 'KARS_ACTION_NOT_ALLOWED',
    });
    const allowed = await start(['image_generation:small']);
    expect(await allowed.client.images.generate(asked)).toMatchObject({ data: [{}] });
  });
});
