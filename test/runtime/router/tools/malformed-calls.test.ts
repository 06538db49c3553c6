import { describe, expect, it } from 'vitest';
import { startProvider } from '../../../support/openai-provider.ts';
import { CREDENTIAL, policies, startRouter } from '../support.ts';

const FUNCTION = { name: 'delete_all', arguments: '{}' };

const CALL = { index: 0, id: 't1', type: 'function', function: FUNCTION };

const chat = (choices: unknown): object => ({ id: 'c1', model: 'small', choices });

const says = (member: 'delta' | 'message', tool_calls: unknown): object =>
  chat([{ index: 0, [member]: { role: 'assistant', tool_calls }, finish_reason: null }]);

const item = (name: unknown): object => ({
  type: 'function_call',
  call_id: '1',
  name,
  arguments: '{}',
});

const response = (output: unknown): object => ({ id: 'r1', output, status: 'completed' });

const message = (content: unknown): object => ({ type: 'message', role: 'assistant', content });

const use = (name: unknown): object => ({ type: 'tool_use', id: 't1', name, input: {} });

const SURFACES = {
  chat: { path: '/v1/chat/completions', api: 'openai', body: { messages: [{ role: 'user', content: 'hi' }] } },
  responses: { path: '/v1/responses', api: 'openai', body: { input: 'hi' } },
  messages: { path: '/v1/messages', api: 'anthropic', body: { max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] } },
} as const; // prettier-ignore

type Surface = keyof typeof SURFACES;

/** What a client gets that asks for an answer, or for a stream, and what is recorded. */
async function answered(
  surface: Surface,
  answer: string,
  { isStream = false, allowedTools = ['search'] } = {},
): Promise<{ status: number; text: string; codes: unknown[] }> {
  const { path, api, body } = SURFACES[surface];
  const provider = await startProvider((_request, sent) => {
    sent.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    sent.end(answer);
  });
  const inference = policies['inference-policy'];
  const router = await startRouter(provider.endpoint, {
    'inference-policy': {
      ...inference,
      providers: inference.providers.map((one) => ({ ...one, api })),
    },
    'tool-policy': { allowedTools },
  });
  const got = await fetch(router.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, stream: isStream }),
  });
  const text = await got.text();
  const codes = (await router.sidecar.audited()).map((one) => one['code']);
  return { status: got.status, text, codes };
}

const events = (...values: readonly unknown[]): string =>
  values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');

describe('an answer whose calls clients could read, and no list of calls has', () => {
  it.each<[string, Surface, object]>([
    ['choices that are no list', 'chat', chat({ 0: { message: { tool_calls: [CALL] } }, length: 1 })],
    ['calls that are no list', 'chat', says('message', { index: 0, 0: CALL, length: 1 })],
    ['a name that is a list', 'chat', says('message', [{ ...CALL, function: { name: ['delete_all'] } }])],
    ['items that are no list', 'responses', response({ 0: item('delete_all'), length: 1 })],
    ['an item whose name is a list', 'responses', response([item(['delete_all'])])],
    ['a block whose name is a list', 'messages', message([use(['delete_all'])])],
  ])('is refused: %s', async (_what, surface, answer) => {
    const { status, text } = await answered(surface, JSON.stringify(answer));
    expect(status).toBeGreaterThanOrEqual(403);
    expect(text).not.toContain('delete_all');
  }); // prettier-ignore

  it.each<[string, Surface, readonly object[]]>([
    ['choices that are no list', 'chat', [chat({ 0: { delta: { tool_calls: [CALL] } }, length: 1 })]],
    [
      'a name that is a list, behind one that is allowed',
      'chat',
      [
        says('delta', [{ ...CALL, function: { name: 'search', arguments: '' } }]),
        says('delta', [{ index: 0, function: { name: ['delete_all'], arguments: '{}' } }]),
      ],
    ],
    [
      'calls that are no list, behind one that is allowed',
      'chat',
      [
        says('delta', [{ ...CALL, function: { name: 'search', arguments: '{}' } }]),
        says('delta', { index: 0, 0: CALL, length: 1 }),
      ],
    ],
    [
      'items that are no list',
      'responses',
      [{ type: 'response.completed', response: response({ 0: item('delete_all'), length: 1 }) }],
    ],
    [
      'content that is no list',
      'messages',
      [{ type: 'message_start', message: message({ 0: use('delete_all'), length: 1 }) }],
    ],
    [
      'a block that begins again, with a name that is a list',
      'messages',
      [
        { type: 'content_block_start', index: 0, content_block: use('search') },
        { type: 'content_block_start', index: 0, content_block: use(['delete_all']) },
      ],
    ],
  ])('is cut before it, streamed: %s', async (_what, surface, chunks) => {
    const { text } = await answered(surface, events(...chunks), { isStream: true });
    expect(text).not.toContain('delete_all');
    expect(text).toContain('error');
  }); // prettier-ignore

  it.each<[Surface, object]>([
    ['messages', { type: 'ping', content_block: use('delete_all') }],
    ['responses', { type: 'response.queued', item: item('delete_all') }],
  ])('is cut where an event has two names: %s', async (surface, event) => {
    const named = `event: content_block_start\n${events(event)}`;
    const { text } = await answered(surface, named, { isStream: true });
    expect(text).not.toContain('delete_all');
  });

  it('takes a call without a name for none that was judged before', async () => {
    const calls = [
      { type: 'response.output_item.done', output_index: 0, item: item('') },
      { type: 'response.completed', response: response([{ type: 'mcp_call', name: 'delete_all' }]) },
    ]; // prettier-ignore
    const { text, codes } = await answered('responses', events(...calls), {
      isStream: true,
      allowedTools: ['*'],
    });
    expect(text).not.toContain('delete_all');
    expect(codes).toContain('KARS_TOOL_CALL_NOT_ALLOWED');
  });

  it('costs no more than the calls that an answer may have', async () => {
    const choices = Array.from({ length: 60_000 }, (_none, index) => ({
      index,
      delta: { tool_calls: [{ index: 0 }] },
    }));
    const { text } = await answered('chat', events(chat(choices)), { isStream: true });
    expect(text).toContain('KARS_TOOL_CALL_NOT_ALLOWED');
  });
});

describe('an answer that cannot be written anew', () => {
  const deep = '{"0":'.repeat(20_000) + '1' + '}'.repeat(20_000);

  it('is settled, and told apart from a fault of the router', async () => {
    const completion = says('message', [
      { ...CALL, function: { name: 'search', arguments: deep } },
    ]);
    const provider = await startProvider((_request, sent) => {
      sent.writeHead(200, { 'content-type': 'application/json' });
      sent.end(JSON.stringify(completion));
    });
    const router = await startRouter(provider.endpoint);
    const got = await fetch(`${router.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(SURFACES.messages.body),
    });
    expect([got.status, await got.text()]).toEqual([502, expect.stringContaining('KARS_UPSTREAM_INVALID')]); // prettier-ignore
    expect((await router.sidecar.audited()).map((one) => one['surface'])).toEqual([
      'messages',
      'messages-usage',
    ]);
  });
});

it('an error of the provider passes no call of a tool', async () => {
  const provider = await startProvider((_request, sent) => {
    sent.writeHead(422, { 'content-type': 'application/json' });
    sent.end(JSON.stringify({ error: { message: 'no' }, ...says('message', [CALL]) }));
  });
  const router = await startRouter(provider.endpoint);
  const got = await router.post({ messages: [{ role: 'user', content: 'hi' }] });
  expect(got.status).toBe(422);
  expect(await got.text()).not.toContain('delete_all');
});

it('a refusal that is too long to read costs nothing', async () => {
  const provider = await startProvider((_request, sent) => {
    sent.writeHead(429, { 'content-type': 'application/json' });
    sent.end('x'.repeat(100_000));
  });
  const router = await startRouter(provider.endpoint, {
    ...policies,
    'inference-policy': { ...policies['inference-policy'], budget: { dailyTokens: 10_000 } },
  });
  const got = await router.post({ messages: [{ role: 'user', content: 'hi' }] });
  expect(got.status).toBe(502);
  expect((await router.sidecar.audited()).at(-1)).toMatchObject({
    tokens: { input: 0, output: 0 },
  });
  const again = await router.post({ messages: [{ role: 'user', content: 'hi' }] });
  expect(again.headers.get('x-kars-tokens-left')).toBe(got.headers.get('x-kars-tokens-left'));
});

describe('the credential of the provider', () => {
  const escaped = `\\u0073${CREDENTIAL.slice(1)}`;

  it.each([false, true])('does not pass in escapes, streamed: %s', async (isStream) => {
    const member = isStream ? 'delta' : 'message';
    const choice = { index: 0, [member]: { content: '@' }, finish_reason: null };
    const text = JSON.stringify(chat([choice])).replace('@', escaped);
    const answer = isStream ? `data: ${text}\n\ndata: [DONE]\n\n` : text;
    const got = await answered('chat', answer, { isStream });
    expect(got.text).toContain('<credential>');
    expect(got.text).not.toContain(escaped);
  });

  it('is in no denial and no record, as the name of a tool', async () => {
    const { provider, text } = await (async () => {
      const answer = says('message', [{ ...CALL, function: { name: CREDENTIAL, arguments: '' } }]);
      const started = await startProvider((_request, sent) => {
        sent.writeHead(200, { 'content-type': 'application/json', 'retry-after': CREDENTIAL });
        sent.end(JSON.stringify(answer));
      });
      const router = await startRouter(started.endpoint);
      const got = await router.post({ messages: [{ role: 'user', content: 'hi' }] });
      const all = [await got.text(), [...got.headers], await router.sidecar.audited()];
      return { provider: started, text: JSON.stringify(all) };
    })();
    expect(provider.requests).toHaveLength(1);
    expect(text).toContain('<credential>');
    expect(text).not.toContain(CREDENTIAL);
  });
});
