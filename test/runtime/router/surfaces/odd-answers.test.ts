import { describe, expect, it } from 'vitest';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';
import { completions } from '../../../../runtime/router/surfaces/completions.ts';
import { responses } from '../../../../runtime/router/surfaces/responses/responses.ts';
import { startProvider } from '../../../support/openai-provider.ts';
import { CREDENTIAL, policies, startRouter } from '../support.ts';
import { caseOf } from './cases.ts';

const ofAnthropic = {
  ...policies,
  'inference-policy': {
    ...policies['inference-policy'],
    providers: policies['inference-policy'].providers.map((provider) => ({
      ...provider,
      api: 'anthropic' as const,
    })),
  },
};

describe('usage', () => {
  it('has what a model has thought, where only the total has it', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 415 };
    expect(chat.usageOf({ usage })).toEqual({ input: 10, output: 405 });
    expect(completions.usageOf({ usage })).toEqual({ input: 10, output: 405 });
    const ofResponse = { input_tokens: 10, output_tokens: 5, total_tokens: 415 };
    expect(responses.usageOf({ usage: ofResponse })).toEqual({ input: 10, output: 405 });
    expect(chat.usageOf({ usage: { ...usage, total_tokens: null } })).toEqual({
      input: 10,
      output: 5,
    });
  });

  it('does not become less within a stream', async () => {
    const events = [
      { type: 'message_start', message: { usage: { input_tokens: 1000, output_tokens: 1 } } },
      { type: 'message_delta', usage: { input_tokens: 0, output_tokens: 7 } },
      { type: 'message_stop' },
    ];
    const provider = await startProvider((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    });
    const router = await startRouter(provider.endpoint, ofAnthropic);
    const answer = await fetch(`${router.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true }),
    });
    await answer.text();
    expect((await router.sidecar.audited())[1]).toMatchObject({
      tokens: { input: 1000, output: 7 },
    });
  });
});

it('keeps the credential out of a stream', async () => {
  const provider = await startProvider(({ headers }, response) => {
    const delta = { content: `the key is ${headers.authorization ?? ''}` };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify({ choices: [{ delta }] })}\n\ndata: [DONE]\n\n`);
  });
  const { post } = await startRouter(provider.endpoint);
  const text = await (await post({ ...caseOf('chat').request, stream: true })).text();
  expect(text).toContain('<credential>');
  expect(text).not.toContain(CREDENTIAL);
});
