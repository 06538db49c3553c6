import { describe, expect, it } from 'vitest';
import { startProvider } from '../../../support/openai-provider.ts';
import { policies, startRouter, type TestRouter } from '../support.ts';
import { ARGUMENT, callsOf, type CallingAnswer } from './answers.ts';

/** A router whose provider speaks the API of OpenAI. */
async function start({ whole, stream }: CallingAnswer, tools: string[]): Promise<TestRouter> {
  const provider = await startProvider(({ body }, response) => {
    const isStream = body['stream'] === true;
    response.writeHead(200, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    });
    response.end(isStream ? stream : JSON.stringify(whole));
  });
  return startRouter(provider.endpoint, { ...policies, 'tool-policy': { allowedTools: tools } });
}

const post = ({ url }: TestRouter, more: object): Promise<Response> =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], max_tokens: 50, ...more }),
  });

const CODE = 'KARS_TOOL_CALL_NOT_ALLOWED';

const functions = callsOf('delete_all').filter(({ what }) => what === 'a function');

describe.each(functions)('$what of chat, asked for as a message', (one) => {
  it('is refused in the form of messages, whole and streamed, before anything of it', async () => {
    const router = await start(one, ['search']);
    const whole = await post(router, {});
    expect(whole.status).toBe(403);
    expect(await whole.json()).toMatchObject({
      type: 'error',
      error: { type: 'permission_error', code: CODE },
    });
    const text = await (await post(router, { stream: true })).text();
    expect(text).toContain('event: error');
    expect(text).toContain(CODE);
    expect(text).not.toContain(ARGUMENT);
    expect(text).not.toContain('tool_use');
  });

  it('passes as a call of messages where the policy lists the tool', async () => {
    const router = await start(one, ['delete_all']);
    expect(await (await post(router, {})).json()).toMatchObject({
      content: [{ type: 'tool_use', name: 'delete_all', input: { id: ARGUMENT } }],
    });
    expect(await (await post(router, { stream: true })).text()).toContain('"name":"delete_all"');
  });
});
