import Anthropic from '@anthropic-ai/sdk';
import type { ContentSafety, InferencePolicyPayload } from 'kars-constructs/contract';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startProvider } from '../../../support/openai-provider.ts';
import { startRouter, type TestRouter } from '../support.ts';
import { annotation, chatChunks, completionOf, PROMPT } from './annotated.ts';

const BAD = annotation({ hate: 'high' });

const whole = (results: unknown): string =>
  JSON.stringify(
    completionOf([
      {
        index: 0,
        message: { role: 'assistant', content: 'forbidden' },
        finish_reason: 'stop',
        content_filter_results: results,
      },
    ]),
  );

const streamed = (results: unknown): string =>
  chatChunks.stream(
    [
      { answer: 0, text: 'fine ', results: annotation() },
      { answer: 0, text: 'forbidden', results },
    ],
    [PROMPT],
  );

const policyOf = (
  contentSafety: ContentSafety,
  contentFilter: 'azure' | 'none',
): InferencePolicyPayload => ({
  models: [{ provider: 'local', deployment: 'small' }],
  providers: [
    {
      name: 'local',
      endpoint: 'https://models.example.com/v1',
      credential: 'bearer',
      ...(contentFilter === 'none' ? {} : { contentFilter }),
    },
  ],
  maxTokensPerRequest: null,
  contentSafety,
});

/** A router before a provider that answers so. */
async function startOn(
  results: unknown,
  contentSafety: ContentSafety = { hate: 'Low' },
  contentFilter: 'azure' | 'none' = 'azure',
): Promise<TestRouter & { readonly reached: () => number; readonly anthropic: Anthropic }> {
  const provider = await startProvider(({ body }, reply) => {
    const isStream = body['stream'] === true;
    reply.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    reply.end(isStream ? streamed(results) : whole(results));
  });
  const router = await startRouter(provider.endpoint, {
    'inference-policy': policyOf(contentSafety, contentFilter),
  });
  const anthropic = new Anthropic({ baseURL: router.url, apiKey: 'of-the-agent' });
  return { ...router, anthropic, reached: () => provider.requests.length };
}

const asked = { model: 'small', messages: [{ role: 'user' as const, content: 'hi' }] };

/** What a client reads of a stream, with the code that it raises. */
async function readStream(client: OpenAI): Promise<string> {
  let text = '';
  try {
    for await (const { choices } of await client.chat.completions.create({
      ...asked,
      stream: true,
    })) {
      text += choices[0]?.delta.content ?? '';
    }
  } catch (error) {
    text += `[${error instanceof OpenAI.APIError ? String(error.code) : String(error)}]`;
  }
  return text;
}

describe('content over a floor', () => {
  it('is in no whole answer, and ends in one attempt', async () => {
    const { client, reached, sidecar } = await startOn(BAD);
    const error = await client.chat.completions.create(asked).catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, code: 'KARS_CONTENT_BLOCKED' });
    expect(JSON.stringify(error)).not.toContain('forbidden');
    expect(reached()).toBe(1);
    expect(await sidecar.audited()).toContainEqual(
      expect.objectContaining({ surface: 'chat-content', code: 'KARS_CONTENT_BLOCKED' }),
    );
  });

  it.each<[ContentSafety['streaming'], string]>([
    [undefined, '[KARS_CONTENT_BLOCKED]'],
    ['Window', 'fine [KARS_CONTENT_BLOCKED]'],
    ['Audit', 'fine forbidden'],
  ])('leaves of a stream in mode %s what that lets go', async (streaming, text) => {
    const { client } = await startOn(BAD, { hate: 'Low', ...(streaming && { streaming }) });
    expect(await readStream(client)).toBe(text);
  });

  it('is in the audit log alone where that is all that is asked for', async () => {
    const { client, sidecar } = await startOn(BAD, { hate: 'Low', streaming: 'Audit' });
    expect((await client.chat.completions.create(asked)).choices[0]?.message.content).toBe(
      'forbidden',
    );
    const records = await sidecar.audited();
    const found = records.find(({ surface }) => surface === 'chat-content');
    expect(found).toMatchObject({ decision: 'allow', code: '' });
    expect(found?.rule).toContain('audit alone: KARS_CONTENT_BLOCKED');
  });

  it('is in no message that is translated, and its error is one of that API', async () => {
    const { anthropic } = await startOn(BAD);
    const message = { ...asked, max_tokens: 10 };
    const error = await anthropic.messages.create(message).catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, error: { type: 'error' } });
    expect(String(error)).toContain('KARS_CONTENT_BLOCKED');
    const events: string[] = [];
    const ended = await (async () => {
      for await (const { type } of anthropic.messages.stream(message)) events.push(type);
    })().catch(String);
    expect(ended).toContain('KARS_CONTENT_BLOCKED');
    expect(events).toEqual([]);
  });

  it('passes below it', async () => {
    const { client } = await startOn(annotation({ hate: 'low' }));
    expect(await readStream(client)).toBe('fine forbidden');
    expect((await client.chat.completions.create(asked)).choices).toHaveLength(1);
  });
});

describe('content of which nobody says anything', () => {
  it.each([undefined, 'Window' as const])('is refused, streamed in mode %s', async (streaming) => {
    const { client } = await startOn(undefined, { hate: 'Low', ...(streaming && { streaming }) });
    expect(await readStream(client)).toMatch(/\[KARS_CONTENT_UNJUDGED\]$/);
    const error = await client.chat.completions.create(asked).catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, code: 'KARS_CONTENT_UNJUDGED' });
  });

  it('is an image, on whatever provider', async () => {
    const { client, reached } = await startOn(annotation());
    const error = await client.images
      .generate({ model: 'small', prompt: 'a' })
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, code: 'KARS_CONTENT_UNJUDGED' });
    expect(reached()).toBe(0);
  });

  it('costs nothing where it is known before', async () => {
    const { client, reached } = await startOn(annotation(), { hate: 'Low' }, 'none');
    const error = await client.chat.completions.create(asked).catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, code: 'KARS_CONTENT_UNJUDGED' });
    expect(reached()).toBe(0);
  });
});

describe('a budget under a floor', () => {
  it('cuts a stream that passes it, though nothing has been shown', async () => {
    let sent = 0;
    const provider = await startProvider((_request, reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => {
        sent += 1;
        const piece = { choices: [{ index: 0, delta: { content: 'a' } }] };
        reply.write(`data: ${JSON.stringify(piece)}\n\n`);
        if (sent === 2000) reply.end();
      }, 1);
      reply.on('close', () => clearInterval(timer));
    });
    const policy = policyOf({ hate: 'Low' }, 'azure');
    const { client } = await startRouter(provider.endpoint, {
      'inference-policy': { ...policy, budget: { hourlyTokens: 100_000 } },
    });
    const stream = await client.chat.completions.create({
      ...asked,
      stream: true,
      max_completion_tokens: 5,
    });
    const read = async (): Promise<unknown> => {
      let last: unknown;
      for await (const chunk of stream) last = chunk;
      return last;
    };
    await expect(read()).rejects.toMatchObject({ code: 'KARS_BUDGET_SPENT' });
    expect(sent).toBeLessThan(2000);
  });

  it('lets no tool of the provider make an image that nobody judges', async () => {
    const provider = await startProvider();
    const { client } = await startRouter(provider.endpoint, {
      'inference-policy': {
        ...policyOf({ hate: 'Low' }, 'azure'),
        providerReach: ['ImageGeneration'],
      },
    });
    const error = await client.responses
      .create({ input: 'hi', tools: [{ type: 'image_generation' }] })
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, code: 'KARS_CONTENT_UNJUDGED' });
    expect(provider.requests).toHaveLength(0);
  });
});
