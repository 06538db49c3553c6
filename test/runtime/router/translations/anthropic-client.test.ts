import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { startProvider, streamText, type Behaviour } from '../../../support/openai-provider.ts';
import { CREDENTIAL, policies, startRouter } from '../support.ts';

const ask = {
  model: 'small',
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: 'hi' }],
  tools: [{ name: 'search', input_schema: { type: 'object' as const } }],
};

const CALL = { id: 't1', type: 'function', function: { name: 'search', arguments: '{"q":"a"}' } };

/** Calls the tool first, and says its result then. */
const withTool: Behaviour = ({ body }, response) => {
  const asked = body['messages'] as { role: string; content: string }[];
  const result = asked.find(({ role }) => role === 'tool');
  const said =
    result === undefined ? { tool_calls: [CALL] } : { content: `it is ${result.content}` };
  const finish_reason = result === undefined ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 11, completion_tokens: 7 };
  const about = { id: 'c1', model: 'small', created: 1 };
  if (body['stream'] !== true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const message = { role: 'assistant', content: null, ...said };
    response.end(
      JSON.stringify({ ...about, choices: [{ index: 0, message, finish_reason }], usage }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunks = [
    { ...about, choices: [{ index: 0, delta: { role: 'assistant', ...said } }] },
    { ...about, choices: [{ index: 0, delta: {}, finish_reason }] },
    { ...about, choices: [], usage },
  ];
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
};

async function start(behaviour: Behaviour, change: object = {}, tools = policies['tool-policy']) {
  const provider = await startProvider(behaviour);
  const inference = { ...policies['inference-policy'], ...change };
  const router = await startRouter(provider.endpoint, {
    'inference-policy': inference,
    'tool-policy': tools,
  });
  const client = new Anthropic({ baseURL: `${router.url}/anthropic`, apiKey: 'of-the-agent' });
  return { client, router, requests: provider.requests };
}

describe("Anthropic's client and a provider with chat completions", () => {
  it.each([false, true])('go through a loop with a tool, streamed: %s', async (isStreamed) => {
    const { client, router, requests } = await start(withTool);
    const turn = (messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> => {
      const body = { ...ask, messages };
      return isStreamed
        ? client.messages.stream(body).finalMessage()
        : client.messages.create(body);
    };
    const first = await turn(ask.messages);
    expect(first.stop_reason).toBe('tool_use');
    expect(first.content).toMatchObject([{ type: 'tool_use', name: 'search', input: { q: 'a' } }]);
    const second = await turn([
      ...ask.messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'blue' }] },
    ]);
    expect(second).toMatchObject({
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'it is blue' }],
      usage: { input_tokens: 11, output_tokens: 7 },
    });
    expect(requests.map(({ url }) => url)).toEqual([
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
    expect(requests[0]?.headers['authorization']).toBe(`Bearer ${CREDENTIAL}`);
    expect(await router.sidecar.audited()).toMatchObject([
      { surface: 'messages', decision: 'allow' },
      { surface: 'messages-usage', tokens: { input: 11, output: 7 } },
      { surface: 'messages', decision: 'allow' },
      { surface: 'messages-usage', tokens: { input: 11, output: 7 } },
    ]);
  });

  it('have a model by the name that the policy gives it', async () => {
    const models = [{ provider: 'local', deployment: 'small', alias: 'claude' }];
    const { client, requests } = await start(withTool, { models });
    expect(await client.messages.create({ ...ask, model: 'claude' })).toMatchObject({
      stop_reason: 'tool_use',
    });
    expect(requests[0]?.body['model']).toBe('small');
  });

  it('are held to the tools of the policy', async () => {
    const { client, requests } = await start(withTool);
    const tools = [{ name: 'shell', input_schema: { type: 'object' as const } }];
    await expect(client.messages.create({ ...ask, tools })).rejects.toThrow(
      /KARS_TOOL_NOT_ALLOWED/,
    );
    expect(requests).toEqual([]);
  });

  it.each([false, true])('are held to them in answers too, streamed: %s', async (stream) => {
    const { client, router } = await start(withTool, {}, { allowedTools: ['other'] });
    const read = async (): Promise<unknown> => {
      const answer = await client.messages.create({ ...ask, tools: [], stream }, { maxRetries: 0 });
      if ('content' in answer) return answer;
      const events: unknown[] = [];
      for await (const event of answer) events.push(event);
      return events;
    };
    await expect(read()).rejects.toThrow('KARS_TOOL_CALL_NOT_ALLOWED');
    expect(JSON.stringify(await router.sidecar.audited())).toContain('KARS_TOOL_CALL_NOT_ALLOWED');
  });

  it('end in one attempt where the request cannot be said', async () => {
    const { client, requests, router } = await start(withTool);
    const thinking = { type: 'enabled' as const, budget_tokens: 2048 };
    await expect(client.messages.create({ ...ask, thinking })).rejects.toThrow(
      /400.*invalid_request_error.*KARS_NOT_TRANSLATABLE/,
    );
    expect(requests).toEqual([]);
    expect(await router.sidecar.audited()).toMatchObject([{ code: 'KARS_NOT_TRANSLATABLE' }]);
  });

  it('have a stream cut under a budget, with an error that the client raises', async () => {
    const many = Array.from({ length: 60 }, () => 'x');
    const { client } = await start(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(streamText(many));
      },
      { budget: { dailyTokens: 10_000 } },
    );
    const streamed = client.messages.stream({ ...ask, max_tokens: 5 });
    await expect(streamed.finalMessage()).rejects.toThrow('KARS_BUDGET_SPENT');
  });

  it("have the provider's errors in the form of messages, without its credential", async () => {
    const { client } = await start((_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
      response.end(JSON.stringify({ error: { message: `busy for ${CREDENTIAL}` } }));
    });
    const failed = await client.messages
      .create(ask, { maxRetries: 0 })
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({
      status: 429,
      error: {
        type: 'error',
        error: { type: 'rate_limit_error', message: 'busy for <credential>' },
      },
    });
    expect((failed as { headers: Headers }).headers.get('retry-after')).toBe('7');
  });

  it("have streams without the provider's credential", async () => {
    const { client } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(streamText([`it is ${CREDENTIAL}`]));
    });
    expect(await client.messages.stream({ ...ask, tools: [] }).finalText()).toBe(
      'it is <credential>',
    );
  });

  it('get no answer that is none', async () => {
    const { client, router } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [] }));
    });
    await expect(client.messages.create(ask, { maxRetries: 0 })).rejects.toThrow(
      /502.*KARS_UPSTREAM_INVALID/,
    );
    expect(await router.sidecar.audited()).toHaveLength(2);
  });
});
