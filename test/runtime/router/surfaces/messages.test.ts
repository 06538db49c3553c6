import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { countTokens, messages } from '../../../../runtime/router/surfaces/messages/messages.ts';
import { startProvider, type Behaviour } from '../../../support/openai-provider.ts';
import { CREDENTIAL, policies, startRouter } from '../support.ts';
import { behaviourOf, caseOf } from './cases.ts';

const hello = { messages: [{ role: 'user' as const, content: 'hi' }] };

const parse = (body: object) => messages.request.parse({ ...hello, ...body });

const refused = (body: object) => messages.refuseReach(parse(body));

const says = (...content: readonly object[]): object => ({ messages: [{ role: 'user', content }] });

const image = (source: unknown): object => ({ type: 'image', source });

const IMAGE = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };

describe('a request for a message', () => {
  it.each<[string, object]>([
    ['MCP servers', { mcp_servers: [{ type: 'url', url: 'https://evil.example' }] }],
    ['a container', { container: 'container_1' }],
    ['shortening by the provider', { context_management: { edits: [{ type: 'compact' }] } }],
    ['other models', { fallbacks: [{ model: 'other' }] }],
    ['an earlier message', { diagnostics: { previous_message_id: 'msg_1' } }],
    ['an image by URL', says(image({ type: 'url', url: 'https://evil.example/?d' }))],
    ['a kept image', says(image({ type: 'file', file_id: 'file_1' }))],
    ['a document by URL', says({ type: 'document', source: { type: 'url', url: 'https://e.x' } })],
    ['a kept document', says({ type: 'document', source: { type: 'file', file_id: 'f' } })],
    [
      'an image by URL within a document',
      says({
        type: 'document',
        source: { type: 'content', content: [image({ type: 'url', url: 'https://e.x' })] },
      }),
    ],
    [
      'an image by URL in the result of a tool',
      says({
        type: 'tool_result',
        tool_use_id: '1',
        content: [image({ type: 'url', url: 'https://e.x' })],
      }),
    ],
    [
      'an image by URL in the system prompt',
      { system: [image({ type: 'url', url: 'https://e.x' })] },
    ],
    ['a file for a container', says({ type: 'container_upload', file_id: 'file_1' })],
    ['a call of a hosted tool', says({ type: 'server_tool_use', id: '1', name: 'web_search' })],
    ['a call of an MCP server', says({ type: 'mcp_tool_use', id: '1', server_name: 'evil' })],
    [
      'a call by a program of the provider',
      says({
        type: 'tool_use',
        id: '1',
        name: 'search',
        input: {},
        caller: { type: 'code_execution_20250825', tool_id: '1' },
      }),
    ],
  ])('is refused for %s', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_PROVIDER_REACH' });
  });

  it.each<[string, object]>([
    ['a field', { fetch: 'https://evil.example' }],
    ['a member of a message', { messages: [{ role: 'user', content: 'a', url: 'x' }] }],
    ['a block of no known type', says({ type: 'tool_search_tool_result', content: [] })],
    ['a member of a block', says({ type: 'text', text: 'a', source_url: 'x' })],
    ['a source that is text', says(image('https://evil.example'))],
    ['a source of no known type', says(image({ type: 's3', uri: 's3://evil' }))],
    ['a member of a source', says(image({ ...IMAGE, url: 'https://evil.example' }))],
  ])('is refused for %s', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_FIELD_UNKNOWN' });
  });

  it('passes what carries its content itself', () => {
    const body = parse({
      system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [image(IMAGE), { type: 'text', text: 'see https://e.x/a.png' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'AA' },
            { type: 'tool_use', id: '1', name: 'search', input: {}, caller: { type: 'direct' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'found' }] },
        {
          role: 'user',
          content: [
            {
              type: 'search_result',
              source: 'https://example.com',
              title: 'a',
              content: [{ type: 'text', text: 'b' }],
            },
          ],
        },
      ],
    });
    expect(messages.refuseReach(body)).toBeUndefined();
    expect(messages.forwarded({ ...body, Max_Tokens: null })).toEqual(body);
  });

  it('offers tools of the agent by name, and those of the provider as such', () => {
    const offered = (tool: object) => messages.offeredTools?.(parse({ tools: [tool] }));
    for (const tool of [
      { name: 'search', input_schema: { type: 'object' } },
      { type: 'custom', name: 'search', input_schema: { type: 'object' } },
    ]) {
      expect(offered(tool)).toEqual([{ type: 'custom', name: 'search' }]);
    }
    expect(offered({ type: 'bash_20250124', name: 'bash' })).toEqual([
      { type: 'custom', name: 'bash' },
    ]);
    for (const type of [
      'bash_20250124',
      'web_search_20250305',
      'web_fetch_20250910',
      'code_execution_20250825',
      'mcp_toolset',
      'tool_search_tool_regex_20251119',
      'evil_bash_20250124',
    ]) {
      expect(offered({ type, name: 'search' })?.[0]).toMatchObject({ type });
      expect(offered({ type, name: 'search' })?.[0]).not.toHaveProperty('name');
    }
  });

  it.each<[string, object, boolean]>([
    ['text', {}, true],
    ['a result of a tool', says({ type: 'tool_result', tool_use_id: '1', content: 'a' }), true],
    ['an image', says(image(IMAGE)), false],
    [
      'an image in a result of a tool',
      says({ type: 'tool_result', tool_use_id: '1', content: [image(IMAGE)] }),
      false,
    ],
    ['a document as text', says({ type: 'document', source: { type: 'text', data: 'a' } }), true],
    ['a PDF', says({ type: 'document', source: { type: 'base64', data: 'AA' } }), false],
    ['thinking that is sealed', says({ type: 'thinking', thinking: '', signature: 'A' }), false],
    ['thinking that is hidden', says({ type: 'redacted_thinking', data: 'AA' }), false],
  ])('has a bound of tokens for %s or none', (_what, body, isBounded) => {
    expect(messages.inputBound(parse(body)) !== undefined).toBe(isBounded);
  });
});

describe('the official client', () => {
  const one = caseOf('messages');

  const ofAnthropic = (change: object = {}) => ({
    ...policies,
    'inference-policy': {
      ...policies['inference-policy'],
      ...change,
      providers: policies['inference-policy'].providers.map((provider) => ({
        ...provider,
        api: 'anthropic' as const,
      })),
    },
  });

  const start = async (behaviour: Behaviour, change?: object) => {
    const provider = await startProvider(behaviour);
    const router = await startRouter(provider.endpoint, ofAnthropic(change));
    const client = new Anthropic({ baseURL: `${router.url}/anthropic`, apiKey: 'of-the-agent' });
    return { client, router, requests: provider.requests };
  };

  const ask = { model: 'small', max_tokens: 50, ...hello };

  it('gets a message, whole and as a stream', async () => {
    const { client, requests } = await start(behaviourOf(one));
    expect((await client.messages.create(ask)).content).toMatchObject([{ text: 'hello' }]);
    const streamed = await client.messages.stream(ask).finalMessage();
    expect(streamed.content).toMatchObject([{ text: 'hello world' }]);
    expect(requests[0]?.headers).toMatchObject({
      'x-api-key': CREDENTIAL,
      'anthropic-version': '2023-06-01',
    });
    expect(JSON.stringify(requests)).not.toContain('of-the-agent');
  });

  it('counts tokens, which costs none', async () => {
    const { client, router } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"input_tokens":9}');
    });
    expect(await client.messages.countTokens({ model: 'small', ...hello })).toEqual({
      input_tokens: 9,
    });
    expect(await router.sidecar.audited()).toMatchObject([
      { surface: 'count-tokens' },
      { surface: 'count-tokens-usage', tokens: { input: 0, output: 0 } },
    ]);
    expect(countTokens.refuseReach(parse({ mcp_servers: [{}] }))).toBeDefined();
  });

  it('is refused once, in words that it shows', async () => {
    const { client, requests, router } = await start(behaviourOf(one));
    const asked = client.messages.create({ ...ask, model: 'huge' });
    await expect(asked).rejects.toThrow(/403.*permission_error.*KARS_MODEL_NOT_ALLOWED/);
    expect(requests).toEqual([]);
    expect(await router.sidecar.audited()).toHaveLength(1);
  });

  it('raises the error of a stream that is cut under a budget', async () => {
    const delta = { type: 'text_delta', text: 'x' };
    const event = { type: 'content_block_delta', index: 0, delta };
    const { client } = await start(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`.repeat(20));
      },
      { budget: { dailyTokens: 10_000 } },
    );
    const stream = await client.messages.create({ ...ask, max_tokens: 5, stream: true });
    const events: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const one of stream) events.push(one);
    };
    await expect(read()).rejects.toThrow('KARS_BUDGET_SPENT');
    expect(events).toHaveLength(5);
  });

  it('gets the error of the provider in its own form', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
    const { client } = await start((_request, response) => {
      response.writeHead(529, { 'content-type': 'application/json' });
      response.end(JSON.stringify(error));
    });
    const asked = client.messages.create(ask, { maxRetries: 0 });
    await expect(asked).rejects.toMatchObject({ status: 529, error });
  });

  it('is told in the same form what no route serves', async () => {
    const { client } = await start(behaviourOf(one));
    const asked = client.messages.batches.list();
    await expect(asked).rejects.toThrow(/404.*not_found_error.*KARS_ROUTE_UNKNOWN/);
  });
});
