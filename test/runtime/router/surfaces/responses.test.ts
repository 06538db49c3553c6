import { describe, expect, it } from 'vitest';
import { responses } from '../../../../runtime/router/surfaces/responses/responses.ts';
import { startProvider } from '../../../support/openai-provider.ts';
import { policies, startRouter } from '../support.ts';
import { behaviourOf, caseOf } from './cases.ts';

const parse = (body: object) => responses.request.parse({ input: 'hi', ...body });

const refused = (body: object) => responses.refuseReach(parse(body));

const says = (...content: readonly unknown[]): object => ({ input: [{ role: 'user', content }] });

const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';

describe('a request for a response', () => {
  it.each<[string, object]>([
    ['a kept response', { previous_response_id: 'resp_1' }],
    ['a kept conversation', { conversation: { id: 'conv_1' } }],
    ['a kept prompt', { prompt: { id: 'pmpt_1' } }],
    ['work in the background', { background: true }],
    ['keeping the answer', { store: true }],
    ['shortening by the provider', { context_management: [{ type: 'compaction' }] }],
    ['a kept item', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    [
      'tools in the middle',
      { input: [{ type: 'additional_tools', role: 'developer', tools: [] }] },
    ],
    [
      'an approval of a call by the provider',
      { input: [{ type: 'mcp_approval_response', approval_request_id: '1', approve: true }] },
    ],
    [
      'tools of an MCP server',
      { input: [{ type: 'mcp_list_tools', server_label: 'a', tools: [] }] },
    ],
    ['an image by URL', says({ type: 'input_image', image_url: 'https://evil.example/?d' })],
    ['an image by a relative URL', says({ type: 'input_image', image_url: 'localhost/x' })],
    ['a kept image', says({ type: 'input_image', file_id: 'file_1' })],
    ['an image by URL beside one', says({ type: 'input_image', image_url: IMAGE, file_id: 'f' })],
    ['a file by URL', says({ type: 'input_file', file_url: 'https://evil.example/f.pdf' })],
    ['a file that is a URL', says({ type: 'input_file', file_data: 'https://evil.example/f.pdf' })],
    ['a kept file', says({ type: 'input_file', file_id: 'file_1' })],
    [
      'an image by URL in the output of a tool',
      {
        input: [
          {
            type: 'function_call_output',
            call_id: '1',
            output: [{ type: 'input_image', image_url: 'https://evil.example' }],
          },
        ],
      },
    ],
  ])('is refused for %s', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_PROVIDER_REACH' });
  });

  it.each<[string, object]>([
    ['an item of no known type', { input: [{ type: 'computer_call', id: '1' }] }],
    ['a member of an item', { input: [{ role: 'user', content: 'a', source_url: 'x' }] }],
    ['a part of no known type', says({ type: 'input_video', video_url: 'x' })],
    ['a member of a part', says({ type: 'input_text', text: 'a', link: 'x' })],
    ['content that is no list', { input: [{ role: 'user', content: { url: 'x' } }] }],
    ['a summary with a picture', { input: [{ type: 'reasoning', summary: [{ type: 'a' }] }] }],
  ])('is refused for %s', (_what, body) => {
    expect(refused(body)).toMatchObject({ code: 'KARS_FIELD_UNKNOWN' });
  });

  it('passes what carries its content itself, and keeps nothing', () => {
    const body = parse({
      input: [
        { role: 'user', content: [{ type: 'input_image', image_url: IMAGE, detail: 'low' }] },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'AAAA' },
        { type: 'function_call', call_id: '1', name: 'search', arguments: '{}', odd: null },
        { type: 'function_call_output', call_id: '1', output: 'found' },
      ],
      text: { format: { type: 'text' } },
    });
    expect(responses.refuseReach(body)).toBeUndefined();
    const sent = responses.forwarded(body);
    expect(sent).toMatchObject({ store: false, text: { format: { type: 'text' } } });
    expect(JSON.stringify(sent)).not.toContain('odd');
  });

  it('offers tools of the agent by name, and those of the provider as such', () => {
    const offered = (tool: object) => responses.offeredTools?.(parse({ tools: [tool] }));
    expect(offered({ type: 'function', name: 'search' })).toEqual([
      { type: 'function', name: 'search' },
    ]);
    expect(offered({ type: 'local_shell' })).toEqual([
      { type: 'local_shell', name: 'local_shell' },
    ]);
    expect(offered({ type: 'shell', environment: { type: 'local' } })).toEqual([
      { type: 'shell', name: 'shell' },
    ]);
    for (const tool of [
      { type: 'shell' },
      { type: 'shell', environment: { type: 'container_auto' } },
      { type: 'function' },
      { type: 'mcp', name: 'search', server_url: 'https://evil.example' },
      { type: 'web_search' },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'file_search', vector_store_ids: ['vs_1'] },
      { type: 'image_generation' },
      { type: 'namespace', name: 'search', tools: [] },
    ]) {
      expect(offered(tool)?.[0]).toMatchObject({ type: tool.type });
      expect(offered(tool)?.[0]).not.toHaveProperty('name');
    }
  });

  it('has no bound of tokens where the provider alone can read it', () => {
    expect(responses.inputBound(parse({}))).toBeGreaterThan(256);
    const sealed = parse({ input: [{ type: 'reasoning', summary: [], encrypted_content: 'A' }] });
    expect(responses.inputBound(sealed)).toBeUndefined();
    const image = parse(says({ type: 'input_image', image_url: IMAGE }));
    expect(responses.inputBound(image)).toBeUndefined();
  });
});

describe('the official client', () => {
  const one = caseOf('responses');

  it('gets a response, whole and as a stream', async () => {
    const { client } = await startRouter((await startProvider(behaviourOf(one))).endpoint);
    const whole = await client.responses.create({ model: 'small', input: 'hi' });
    expect(whole.output_text).toBe('hello');
    let said = '';
    const stream = await client.responses.create({ model: 'small', input: 'hi', stream: true });
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') said += event.delta;
    }
    expect(said).toBe('hello world');
  });

  it('raises the error of a stream that is cut under a budget', async () => {
    const provider = await startProvider((_request, response) => {
      const event = { type: 'response.output_text.delta', delta: 'x' };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`.repeat(20));
    });
    const { client } = await startRouter(provider.endpoint, {
      ...policies,
      'inference-policy': { ...policies['inference-policy'], budget: { dailyTokens: 10_000 } },
    });
    const stream = await client.responses.create({
      model: 'small',
      input: 'hi',
      stream: true,
      max_output_tokens: 5,
    });
    const texts: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const event of stream) texts.push(event);
    };
    await expect(read()).rejects.toThrow('KARS_BUDGET_SPENT');
    expect(texts).toHaveLength(5);
  });

  it('is told which tool is not allowed', async () => {
    const provider = await startProvider(behaviourOf(one));
    const { client } = await startRouter(provider.endpoint);
    const ask = client.responses.create({
      model: 'small',
      input: 'hi',
      tools: [{ type: 'web_search' }],
    });
    await expect(ask).rejects.toThrow('which the provider would run');
    expect(provider.requests).toEqual([]);
  });
});
