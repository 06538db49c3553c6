import { describe, expect, it } from 'vitest';
import type { Payloads } from '../../../support/documents.ts';
import { startProvider, type Behaviour } from '../../../support/openai-provider.ts';
import { codeOf, policies, startRouter, type TestRouter } from '../support.ts';
import { caseOf } from '../surfaces/cases.ts';
import { ARGUMENT, callsOf, callsOfProvider, type CallingAnswer } from './answers.ts';

const answering =
  ({ whole, stream }: CallingAnswer): Behaviour =>
  ({ body }, response) => {
    const isStream = body['stream'] === true;
    response.writeHead(200, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    });
    response.end(isStream ? stream : JSON.stringify(whole));
  };

async function start(one: CallingAnswer, tools: readonly string[]): Promise<TestRouter> {
  const { api } = caseOf(one.surface);
  const inference = policies['inference-policy'];
  const payloads: Payloads = {
    'inference-policy': {
      ...inference,
      providers: inference.providers.map((provider) => ({ ...provider, api })),
    },
    'tool-policy': { allowedTools: [...tools] },
  };
  return startRouter((await startProvider(answering(one))).endpoint, payloads);
}

const post = ({ url }: TestRouter, { surface }: CallingAnswer, more: object): Promise<Response> =>
  fetch(url + caseOf(surface).path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...caseOf(surface).request, ...more }),
  });

const CODE = 'KARS_TOOL_CALL_NOT_ALLOWED';

describe.each(callsOf('delete_all'))('$surface, $what that the policy does not list', (one) => {
  it('is refused in a whole answer, charged and recorded', async () => {
    const router = await start(one, ['search']);
    const got = await post(router, one, {});
    expect([got.status, got.headers.get('x-should-retry')]).toEqual([403, 'false']);
    expect(await codeOf(got.clone())).toBe(CODE);
    expect(await got.text()).not.toContain(ARGUMENT);
    expect(await router.sidecar.audited()).toMatchObject([
      { surface: one.surface, decision: 'allow' },
      { surface: `${one.surface}-tool-call`, target: 'delete_all', decision: 'deny', code: CODE },
      { surface: `${one.surface}-usage`, tokens: { input: 11, output: 7 } },
    ]);
  });

  it('ends a stream with an error, before anything of the call', async () => {
    const router = await start(one, ['search']);
    const text = await (await post(router, one, { stream: true })).text();
    expect(text).toContain(CODE);
    expect(text).not.toContain(ARGUMENT);
    expect(text).not.toContain('"name":"delete_all"');
    expect((await router.sidecar.audited())[1]).toMatchObject({ decision: 'deny', code: CODE });
  });

  it.each([['delete_all'], ['*']])('passes as it is where the policy has %s', async (tool) => {
    const router = await start(one, [tool]);
    expect(await (await post(router, one, {})).json()).toEqual(one.whole);
    const text = await (await post(router, one, { stream: true })).text();
    expect(text).toBe(one.stream);
  });
});

describe.each(callsOfProvider('search'))('$surface, $what', (one) => {
  it('is refused whatever the policy lists, since nobody here runs it', async () => {
    const router = await start(one, ['*']);
    const got = await post(router, one, {});
    expect([got.status, await codeOf(got)]).toEqual([403, CODE]);
    const text = await (await post(router, one, { stream: true })).text();
    expect(text).toContain(CODE);
    expect(text).not.toContain(ARGUMENT);
  });
});

describe('a choice of a tool', () => {
  const chosen = { type: 'function', function: { name: 'delete_all' } };
  const ofResponses = { type: 'function', name: 'delete_all' };
  it.each<[string, object]>([
    ['chat', { tool_choice: chosen }],
    ['chat', { tool_choice: 'delete_all' }],
    ['chat', { function_call: { name: 'delete_all' } }],
    ['chat', { tool_choice: { type: 'custom', custom: { name: 'delete_all' } } }],
    ['chat', { tool_choice: { type: 'allowed_tools', allowed_tools: { tools: [chosen] } } }],
    ['chat', { tool_choice: { type: 'function' } }],
    ['chat', { tool_choice: ['delete_all'] }],
    ['responses', { tool_choice: ofResponses }],
    ['responses', { tool_choice: { type: 'web_search_preview' } }],
    ['responses', { tool_choice: { type: 'mcp', server_label: 'x', name: 'search' } }],
    ['responses', { tool_choice: { type: 'shell' } }],
    ['responses', { tool_choice: { type: 'allowed_tools', tools: [ofResponses] } }],
    ['messages', { tool_choice: { type: 'tool', name: 'delete_all' } }],
    ['messages', { tool_choice: { type: 'tool' } }],
  ])('that %s may not offer is refused: %j', async (surface, more) => {
    const [one] = callsOf('search').filter((answer) => answer.surface === surface);
    if (one === undefined) throw new Error(`there is no answer of ${surface}`);
    const got = await post(await start(one, ['search']), one, more);
    expect(await codeOf(got)).toBe('KARS_TOOL_NOT_ALLOWED');
  });

  it.each<[string, object]>([
    ['chat', { tool_choice: 'auto' }],
    ['chat', { tool_choice: 'required', function_call: 'none' }],
    ['chat', { tool_choice: { type: 'function', function: { name: 'search' } } }],
    ['responses', { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } }],
    ['responses', { tool_choice: { type: 'custom', name: 'search' } }],
    ['messages', { tool_choice: { type: 'any', disable_parallel_tool_use: true } }],
    ['messages', { tool_choice: { type: 'tool', name: 'search' } }],
  ])('that %s may offer, or that names none, passes: %j', async (surface, more) => {
    const [one] = callsOf('search').filter((answer) => answer.surface === surface);
    if (one === undefined) throw new Error(`there is no answer of ${surface}`);
    expect((await post(await start(one, ['search']), one, more)).status).toBe(200);
  });
});

it('lets a request tell of earlier calls, which nobody runs again', async () => {
  const [one] = callsOf('search');
  if (one === undefined) throw new Error('there is no answer');
  const call = { id: 'c', type: 'function', function: { name: 'delete_all', arguments: '{}' } };
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c', content: 'done' },
  ];
  expect((await post(await start(one, ['search']), one, { messages })).status).toBe(200);
});
