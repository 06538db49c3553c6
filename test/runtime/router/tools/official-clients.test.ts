import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk';
import OpenAI, { APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { startProvider, type ProviderRequest } from '../../../support/openai-provider.ts';
import { policies, startRouter } from '../support.ts';
import { caseOf } from '../surfaces/cases.ts';
import { callsOf } from './answers.ts';

/** The clients as they come: they try again what may pass with time. */
async function start(surface: string): Promise<{
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly requests: readonly ProviderRequest[];
}> {
  const [answer] = callsOf('delete_all').filter((one) => one.surface === surface);
  const { endpoint, requests } = await startProvider(({ body }, response) => {
    const isStream = body['stream'] === true;
    response.writeHead(200, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    });
    response.end(isStream ? answer?.stream : JSON.stringify(answer?.whole));
  });
  const inference = policies['inference-policy'];
  const { api } = caseOf(surface);
  const { url } = await startRouter(endpoint, {
    ...policies,
    'inference-policy': {
      ...inference,
      providers: inference.providers.map((provider) => ({ ...provider, api })),
    },
  });
  return {
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: 'of-the-agent' }),
    anthropic: new Anthropic({ baseURL: url, apiKey: 'of-the-agent' }),
    requests,
  };
}

async function drain(stream: AsyncIterable<unknown>): Promise<unknown> {
  let last: unknown;
  for await (const event of stream) last = event;
  return last;
}

const messages = [{ role: 'user' as const, content: 'hi' }];

const CODE = 'KARS_TOOL_CALL_NOT_ALLOWED';

describe('a call that is refused ends in one attempt, with its reason', () => {
  it.each(['whole', 'streamed'])('in chat completions of OpenAI, %s', async (how) => {
    const { openai, requests } = await start('chat');
    const asked = { model: 'small', messages };
    const call =
      how === 'whole'
        ? openai.chat.completions.create(asked)
        : drain(await openai.chat.completions.create({ ...asked, stream: true }));
    const error = await call.then(
      () => undefined,
      (one: unknown) => one,
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      code: CODE,
      message: expect.stringContaining('delete_all') as string,
    });
    expect(requests).toHaveLength(1);
  });

  it.each(['whole', 'streamed'])('in responses of OpenAI, %s', async (how) => {
    const { openai, requests } = await start('responses');
    const asked = { model: 'small', input: 'hi' };
    const call =
      how === 'whole'
        ? openai.responses.create(asked)
        : drain(await openai.responses.create({ ...asked, stream: true }));
    const error = await call.then(
      () => undefined,
      (one: unknown) => one,
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: CODE });
    expect(requests).toHaveLength(1);
  });

  it.each(['whole', 'streamed'])('in messages of Anthropic, %s', async (how) => {
    const { anthropic, requests } = await start('messages');
    const asked = { model: 'small', messages, max_tokens: 50 };
    const call =
      how === 'whole'
        ? anthropic.messages.create(asked)
        : drain(await anthropic.messages.create({ ...asked, stream: true }));
    const error = await call.then(
      () => undefined,
      (one: unknown) => one,
    );
    expect(error).toBeInstanceOf(AnthropicError);
    expect(error).toMatchObject({ message: expect.stringContaining(CODE) as string });
    expect(requests).toHaveLength(1);
  });
});
