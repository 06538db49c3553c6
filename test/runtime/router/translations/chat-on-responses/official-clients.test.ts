import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startProvider, type Behaviour } from '../../../../support/openai-provider.ts';
import { CREDENTIAL, startRouter } from '../../support.ts';
import {
  answering,
  calling,
  responsesOnly,
  saying,
  thinking,
  type Item,
} from './responses-provider.ts';

/** Calls the tool twice, and says its results then. */
const withTool = answering(({ body }) => {
  const input = body['input'] as readonly Item[];
  const results = input.filter(({ type }) => type === 'function_call_output');
  return results.length === 0
    ? [thinking, saying('I look.'), calling('t1', '{"q":"a"}'), calling('t2', '{"q":"b"}')]
    : [saying(`it is ${results.map(({ output }) => output).join(' and ')}`)];
});

const parameters = { type: 'object' as const, properties: { q: { type: 'string' as const } } };

const tools = [{ type: 'function' as const, function: { name: 'search', parameters } }];

const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';

const ask: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'be brief' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'what is it?' },
      { type: 'image_url', image_url: { url: IMAGE } },
    ],
  },
];

async function start(behaviour: Behaviour = withTool, change: object = {}) {
  const provider = await startProvider(behaviour);
  const inference = { ...responsesOnly['inference-policy'], ...change };
  const router = await startRouter(provider.endpoint, {
    ...responsesOnly,
    'inference-policy': inference,
  });
  return { router, client: router.client, requests: provider.requests };
}

const paths = (requests: readonly { readonly url: string }[]): string[] =>
  requests.map(({ url }) => url);

const INPUT_OF_SECOND_TURN = [
  { type: 'message', role: 'system', content: 'be brief' },
  {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'what is it?' },
      { type: 'input_image', image_url: IMAGE, detail: 'auto' },
    ],
  },
  { type: 'message', role: 'assistant', content: 'I look.' },
  { type: 'function_call', call_id: 't1', name: 'search', arguments: '{"q":"a"}' },
  { type: 'function_call', call_id: 't2', name: 'search', arguments: '{"q":"b"}' },
  { type: 'function_call_output', call_id: 't1', output: 'blue' },
  { type: 'function_call_output', call_id: 't2', output: 'blue' },
];

const RECORDS = [
  { surface: 'chat', decision: 'allow' },
  { surface: 'chat-usage', tokens: { input: 11, output: 7 } },
];

describe('clients of chat completions, and a model with responses alone', () => {
  it.each([false, true])('`openai` goes through a loop, streamed: %s', async (isStreamed) => {
    const { client, router, requests } = await start();
    const turn = (messages: typeof ask): Promise<OpenAI.ChatCompletion> => {
      const body = { model: 'small', messages, tools, max_tokens: 50 };
      return isStreamed
        ? client.chat.completions
            .stream({ ...body, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : client.chat.completions.create(body);
    };
    const first = await turn(ask);
    const [choice] = first.choices;
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'I look.',
        tool_calls: [
          { id: 't1', function: { name: 'search', arguments: '{"q":"a"}' } },
          { id: 't2', function: { name: 'search', arguments: '{"q":"b"}' } },
        ],
      },
    });
    if (choice === undefined) throw new Error('no choice');
    const second = await turn([
      ...ask,
      choice.message,
      { role: 'tool', tool_call_id: 't1', content: 'blue' },
      { role: 'tool', tool_call_id: 't2', content: 'blue' },
    ]);
    expect(second).toMatchObject({
      model: 'small',
      choices: [{ finish_reason: 'stop', message: { content: 'it is blue and blue' } }],
      usage: {
        prompt_tokens: 11,
        completion_tokens: 7,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    });
    expect(paths(requests)).toEqual(['/v1/responses', '/v1/responses']);
    expect(requests[0]?.headers['authorization']).toBe(`Bearer ${CREDENTIAL}`);
    expect(requests[1]?.body).toEqual({
      model: 'small',
      max_output_tokens: 50,
      store: false,
      tools: [{ type: 'function', name: 'search', parameters, strict: false }],
      input: INPUT_OF_SECOND_TURN,
      ...(isStreamed ? { stream: true } : {}),
    });
    expect(await router.sidecar.audited()).toMatchObject([...RECORDS, ...RECORDS]);
  });

  it.each([false, true])('`ai` goes through a loop, streamed: %s', async (isStreamed) => {
    const { router, requests } = await start();
    const provider = createOpenAICompatible({
      name: 'kars',
      baseURL: `${router.url}/v1`,
      apiKey: 'of-the-agent',
      includeUsage: true,
    });
    const search = tool({
      inputSchema: jsonSchema<{ q: string }>(parameters),
      execute: ({ q }) => `found ${q}`,
    });
    const asked = {
      model: provider('small'),
      prompt: 'what is it?',
      tools: { search },
      stopWhen: stepCountIs(3),
    };
    const result = isStreamed ? streamText(asked) : await generateText(asked);
    expect(await result.text).toBe('it is found a and found b');
    expect(await result.finishReason).toBe('stop');
    expect(await result.usage).toMatchObject({ inputTokens: 22, outputTokens: 14 });
    expect(paths(requests)).toEqual(['/v1/responses', '/v1/responses']);
  });

  it.each([false, true])("Anthropic's goes through a loop, streamed: %s", async (isStreamed) => {
    const { router, requests } = await start();
    const client = new Anthropic({ baseURL: `${router.url}/anthropic`, apiKey: 'of-the-agent' });
    const turn = (messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> => {
      const body = {
        model: 'small',
        max_tokens: 50,
        system: 'be brief',
        messages,
        tools: [{ name: 'search', input_schema: parameters }],
      };
      return isStreamed
        ? client.messages.stream(body).finalMessage()
        : client.messages.create(body);
    };
    const said: Anthropic.MessageParam[] = [{ role: 'user', content: 'what is it?' }];
    const { content, stop_reason: stop } = await turn(said);
    expect(stop).toBe('tool_use');
    expect(content).toMatchObject([
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 't1', name: 'search', input: { q: 'a' } },
      { type: 'tool_use', id: 't2', name: 'search', input: { q: 'b' } },
    ]);
    const results = ['t1', 't2'].map((tool_use_id) => ({
      type: 'tool_result' as const,
      tool_use_id,
      content: 'blue',
    }));
    expect(
      await turn([...said, { role: 'assistant', content }, { role: 'user', content: results }]),
    ).toMatchObject({
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'it is blue and blue' }],
      usage: { input_tokens: 7, cache_read_input_tokens: 4, output_tokens: 7 },
    });
    expect(paths(requests)).toEqual(['/v1/responses', '/v1/responses']);
  });

  it('have responses themselves as they are', async () => {
    const { client, requests } = await start();
    const answer = await client.responses.create({
      model: 'small',
      input: [{ role: 'user', content: 'hi' }],
    });
    expect(answer.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ]);
    expect(paths(requests)).toEqual(['/v1/responses']);
  });

  it('are told of an API that nothing is translated from', async () => {
    const { client, requests } = await start();
    await expect(client.completions.create({ model: 'small', prompt: 'hi' })).rejects.toThrow(
      /403.*serves it by responses alone.*KARS_API_NOT_SERVED/,
    );
    await expect(client.embeddings.create({ model: 'small', input: 'hi' })).rejects.toThrow(
      'KARS_API_NOT_SERVED',
    );
    expect(requests).toEqual([]);
  });

  it('end in one attempt where the request cannot be said', async () => {
    const { client, requests, router } = await start();
    const asked = { model: 'small', messages: ask, n: 2, max_tokens: 10 };
    await expect(client.chat.completions.create(asked)).rejects.toThrow(
      /400 got n, which the Responses API does not have \[KARS_NOT_TRANSLATABLE/,
    );
    expect(requests).toEqual([]);
    expect(await router.sidecar.audited()).toMatchObject([{ code: 'KARS_NOT_TRANSLATABLE' }]);
  });
});
