import Anthropic from '@anthropic-ai/sdk';
import type { ProviderAct } from 'kars-constructs/contract';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startProvider } from '../../../support/openai-provider.ts';
import { startRouter } from '../support.ts';
import { IMAGE, mcp, policiesWith } from './support.ts';

const event = (data: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const search = {
  type: 'web_search_call',
  id: 'ws_1',
  status: 'completed',
  action: { type: 'search' },
};

const mcpCall = (name: string): object => ({
  type: 'mcp_call',
  id: 'mcp_1',
  name,
  server_label: 's',
  arguments: '{}',
  output: 'found',
});

const said = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'found it', annotations: [] }],
};

const response = (...output: readonly object[]): Record<string, unknown> => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'small',
  status: 'completed',
  output,
  usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
});

const streamed = (...output: readonly object[]): string =>
  [
    event({ type: 'response.created', response: { ...response(), status: 'in_progress' } }),
    ...output.flatMap((item, output_index) => [
      event({ type: 'response.output_item.added', output_index, item }),
      event({ type: 'response.output_item.done', output_index, item }),
    ]),
    event({ type: 'response.completed', response: response(...output) }),
  ].join('');

async function startOn(acts: readonly ProviderAct[], api: 'openai' | 'anthropic', answer: string) {
  const type = answer.startsWith('{') ? 'application/json' : 'text/event-stream';
  const provider = await startProvider((_request, reply) => {
    reply.writeHead(200, { 'content-type': type }).end(answer);
  });
  const router = await startRouter(provider.endpoint, policiesWith(acts, api));
  return { ...router, requests: provider.requests };
}

/** What a client reads, or the code that it raises. */
async function read(stream: AsyncIterable<{ readonly type: string }>): Promise<string[]> {
  const types: string[] = [];
  try {
    for await (const one of stream) types.push(one.type);
  } catch (error) {
    types.push(error instanceof OpenAI.APIError ? String(error.code) : String(error));
  }
  return types;
}

const tools = [{ type: 'web_search' as const }];

describe('what a provider did, as official clients see it', () => {
  it('is in a whole answer', async () => {
    const { client } = await startOn(
      ['WebSearch'],
      'openai',
      JSON.stringify(response(search, said)),
    );
    const answer = await client.responses.create({ input: 'hi', tools });
    expect(answer.output.map(({ type }) => type)).toEqual(['web_search_call', 'message']);
  });

  it('is in a stream', async () => {
    const { client } = await startOn(['WebSearch'], 'openai', streamed(search, said));
    const types = await read(await client.responses.create({ input: 'hi', tools, stream: true }));
    expect(types.at(-1)).toBe('response.completed');
  });

  it('is refused where the policy does not name it, whatever was asked', async () => {
    const { client } = await startOn(['CodeExecution'], 'openai', streamed(search, said));
    const types = await read(await client.responses.create({ input: 'hi', stream: true }));
    expect(types).toEqual(['response.created', 'KARS_TOOL_CALL_NOT_ALLOWED']);
  });

  it.each([
    ['lookup', 'response.completed'],
    ['drop', 'KARS_TOOL_CALL_NOT_ALLOWED'],
  ])('is a call of the tool %s of an MCP server', async (name, last) => {
    const { client } = await startOn(['Mcp'], 'openai', streamed(mcpCall(name), said));
    const asked = { input: 'hi', tools: [{ ...mcp, type: 'mcp' as const }], stream: true as const };
    expect((await read(await client.responses.create(asked))).at(-1)).toBe(last);
  });

  it('is in a message', async () => {
    const content = [
      { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'a' } },
      { type: 'web_search_tool_result', tool_use_id: 'srv_1', content: [] },
      { type: 'text', text: 'found it' },
    ];
    const usage = { input_tokens: 11, output_tokens: 7 };
    const message = { id: 'm', type: 'message', role: 'assistant', model: 'small', content, usage };
    const { url } = await startOn(['WebSearch'], 'anthropic', JSON.stringify(message));
    const anthropic = new Anthropic({ baseURL: url, apiKey: 'of-the-agent' });
    const answer = await anthropic.messages.create({
      model: 'small',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    });
    expect(answer.content.map(({ type }) => type)).toEqual(content.map(({ type }) => type));
  });

  it('is the fetching of an image', async () => {
    const { client, requests } = await startOn(
      ['FetchUrls'],
      'openai',
      JSON.stringify({
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'small',
        choices: [],
      }),
    );
    const content = [{ type: 'image_url' as const, image_url: { url: IMAGE } }];
    await client.chat.completions.create({ model: 'small', messages: [{ role: 'user', content }] });
    expect(requests[0]?.body).toMatchObject({ messages: [{ content }] });
  });
});
