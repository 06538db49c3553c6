import { dirname } from 'node:path';
import type OpenAI from 'openai';
import { deny } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import { openSidecar } from '../../support/sidecar.ts';
import { completion, startProvider, type Behaviour } from '../../support/openai-provider.ts';
import { codeOf, CREDENTIAL, hello, policies, startRouter, startRouterOn } from './support.ts';

const request = { ...hello, model: 'small' };

describe('a chat completion', () => {
  it('comes back to the official client, with the tokens charged', async () => {
    const provider = await startProvider();
    const { client, sidecar } = await startRouter(provider.endpoint);
    const answer = await client.chat.completions.create(request);
    expect(answer.choices[0]?.message.content).toBe('hello');
    expect(answer.usage?.total_tokens).toBe(18);
    expect(await sidecar.audited()).toMatchObject([
      { surface: 'chat', target: 'small', decision: 'allow', sandbox: 'reader', process: 'router' },
      { surface: 'chat-usage', tokens: { input: 11, output: 7 } },
    ]);
  });

  it('streams to the official client, which sees usage only when it asks', async () => {
    const provider = await startProvider();
    const { client, sidecar } = await startRouter(provider.endpoint);
    const read = async (more: object): Promise<[string, number]> => {
      let content = '';
      let usages = 0;
      const stream = await client.chat.completions.create({ ...request, stream: true, ...more });
      for await (const chunk of stream as AsyncIterable<OpenAI.ChatCompletionChunk>) {
        content += chunk.choices[0]?.delta.content ?? '';
        if (chunk.usage) usages += 1;
      }
      return [content, usages];
    };
    expect(await read({})).toEqual(['hello world', 0]);
    expect(await read({ stream_options: { include_usage: true } })).toEqual(['hello world', 1]);
    expect(provider.requests[0]?.body['stream_options']).toEqual({ include_usage: true });
    const charged = (await sidecar.audited()).filter(({ tokens }) => tokens !== undefined);
    expect(charged.map(({ tokens }) => tokens)).toEqual([
      { input: 11, output: 7 },
      { input: 11, output: 7 },
    ]);
  });

  it('goes out with the credential of the provider and nothing of the agent', async () => {
    const provider = await startProvider();
    const { client } = await startRouter(provider.endpoint);
    await client.chat.completions.create(request, { headers: { 'api-key': 'x', cookie: 'a=b' } });
    const [sent] = provider.requests;
    expect(sent?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(JSON.stringify(sent?.headers)).not.toContain('of-the-agent');
    expect(sent?.headers).not.toHaveProperty('api-key');
    expect(sent?.headers).not.toHaveProperty('cookie');
    expect(sent?.url).toBe('/v1/chat/completions');
  });

  it('is audited under the sandbox of the process, whatever the agent claims', async () => {
    const provider = await startProvider();
    const { post, sidecar } = await startRouter(provider.endpoint);
    await post(request, { 'x-kars-sandbox': 'somebody-else' });
    expect((await sidecar.audited()).map(({ sandbox }) => sandbox)).toEqual(['reader', 'reader']);
  });
});

describe('the router refuses', () => {
  it.each<[string, unknown, number, string]>([
    ['a model that is not listed', { ...request, model: 'huge' }, 403, 'KARS_MODEL_NOT_ALLOWED'],
    ['too many tokens', { ...request, max_tokens: 101 }, 403, 'KARS_TOKENS_PER_REQUEST'],
    ['a hosted tool', { ...request, tools: [{ type: 'mcp' }] }, 403, 'KARS_TOOL_NOT_ALLOWED'],
    ['what is no JSON', '{"model":', 400, 'KARS_REQUEST_INVALID'],
    ['what is no object', '[]', 400, 'KARS_REQUEST_INVALID'],
    ['a poisoned prototype', '{"messages":[],"__proto__":{"a":1}}', 400, 'KARS_REQUEST_INVALID'],
    ['no messages', { model: 'small', messages: [] }, 400, 'KARS_REQUEST_INVALID'],
    ['a model that is no text', { ...request, model: ['small'] }, 400, 'KARS_REQUEST_INVALID'],
    ['tokens that are no integer', { ...request, max_tokens: 1.5 }, 400, 'KARS_REQUEST_INVALID'],
    ['tokens as text', { ...request, max_tokens: '5' }, 400, 'KARS_REQUEST_INVALID'],
    ['tokens past any model', { ...request, max_tokens: 2 ** 31 }, 400, 'KARS_REQUEST_INVALID'],
    ['negative tokens', { ...request, max_tokens: -1 }, 400, 'KARS_REQUEST_INVALID'],
    [
      'a model of a thousand letters',
      { ...request, model: 'm'.repeat(1000) },
      400,
      'KARS_REQUEST_INVALID',
    ],
    [
      'a tool of a thousand letters',
      { ...request, functions: [{ name: 'f'.repeat(1000) }] },
      400,
      'KARS_REQUEST_INVALID',
    ],
    ['tools that are no list', { ...request, tools: { 0: {} } }, 400, 'KARS_REQUEST_INVALID'],
  ])('%s', async (_what, body, status, code) => {
    const provider = await startProvider();
    const { post } = await startRouter(provider.endpoint);
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('x-kars-code')).toBe(code);
    expect(await codeOf(response)).toBe(code);
    expect(provider.requests).toEqual([]);
  });

  it('a body over the limit', async () => {
    const { post } = await startRouter((await startProvider()).endpoint);
    const response = await post({ ...request, padding: 'x'.repeat(11 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect(await codeOf(response)).toBe('KARS_REQUEST_TOO_LARGE');
  });

  it.each(['/v1/chat/completions/', '/v1/files', '/admin/model', '/egress/learn'])(
    'the path %s',
    async (path) => {
      const { url, sidecar } = await startRouter((await startProvider()).endpoint);
      const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
      expect(response.status).toBe(404);
      expect(await codeOf(response)).toBe('KARS_ROUTE_UNKNOWN');
      expect(await sidecar.audited()).toMatchObject([
        { surface: 'http', target: `POST ${path}`, decision: 'deny', code: 'KARS_ROUTE_UNKNOWN' },
      ]);
    },
  );

  it('everything without a document set, and serves as soon as there is one', async () => {
    const provider = await startProvider();
    const sidecar = await openSidecar('router');
    const { post, url } = await startRouterOn(sidecar, provider.endpoint);
    expect(await codeOf(await post(request))).toBe('KARS_POLICY_UNAVAILABLE');
    expect((await fetch(`${url}/v1/models`)).status).toBe(403);
    expect(provider.requests).toEqual([]);
  });

  it('a call whose decision cannot be recorded', async () => {
    const provider = await startProvider();
    const { post, sidecar, url } = await startRouter(provider.endpoint);
    sidecar.recorder.decided = () => Promise.reject(new Error('disk full'));
    expect(await codeOf(await post(request))).toBe('KARS_AUDIT_UNAVAILABLE');
    expect(await codeOf(await fetch(`${url}/v1/models`))).toBe('KARS_AUDIT_UNAVAILABLE');
    expect(provider.requests).toEqual([]);
  });

  it('a call at which it fails itself, without saying how', async () => {
    const { post, sidecar } = await startRouter((await startProvider()).endpoint);
    sidecar.recorder.settled = () => Promise.reject(new Error('secret detail'));
    const response = await post(request);
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).toContain('KARS_INTERNAL');
    expect(body).not.toContain('secret detail');
  });

  it('a call without the credential that the policy names', async () => {
    const provider = await startProvider();
    const { post } = await startRouter(provider.endpoint, policies, false);
    expect(await codeOf(await post(request))).toBe('KARS_CREDENTIAL_MISSING');
    expect(provider.requests).toEqual([]);
  });

  it('more calls at once than its limit', async () => {
    const provider = await startProvider(() => undefined);
    const { post } = await startRouter(provider.endpoint);
    const responses = await Promise.all(Array.from({ length: 70 }, () => post(request)));
    const codes = await Promise.all(responses.map(codeOf));
    expect(codes.filter((code) => code === 'KARS_OVERLOADED')).toHaveLength(6);
    expect(codes.filter((code) => code === 'KARS_UPSTREAM_TIMEOUT')).toHaveLength(64);
  });

  it('in words that the official client shows, with reason, rule and cure, at the first attempt', async () => {
    const { client, sidecar } = await startRouter((await startProvider()).endpoint);
    const call = client.chat.completions.create({ ...request, model: 'huge' });
    await expect(call).rejects.toThrow(
      'got the model "huge", allowed are: small, large [KARS_MODEL_NOT_ALLOWED; rule: InferencePolicy agents/reader models; to change it: ask for a listed model',
    );
    expect(await sidecar.audited()).toHaveLength(1);
  });
});

it('records nothing that is too long for the next start to read, whatever the agent sends', async () => {
  const { sidecar } = await startRouter((await startProvider()).endpoint);
  const long = 'x'.repeat(500_000);
  const decision = deny('KARS_REQUEST_INVALID', long, long);
  await sidecar.recorder.decided({ set: undefined, surface: 'chat', target: long, decision });
  const [record] = await sidecar.audited();
  expect(JSON.stringify(record).length).toBeLessThan(5000);
  const again = await AuditLog.open(dirname(sidecar.auditFile));
  await again.close();
});

it('lists exactly the models that the policy allows', async () => {
  const { client } = await startRouter((await startProvider()).endpoint);
  const ids = (await client.models.list()).data.map(({ id }) => id);
  expect(ids).toEqual(['small', 'large']);
});

it('never shows the credential to the agent or to its log', async () => {
  const echo: Behaviour = ({ headers }, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-echo': headers.authorization,
    });
    response.end(JSON.stringify(completion(headers.authorization)));
  };
  const { post, sidecar } = await startRouter((await startProvider(echo)).endpoint);
  const response = await post(request);
  const shown = `${await response.text()} ${JSON.stringify([...response.headers])} ${sidecar.logged.join()}`;
  expect(shown).not.toContain(CREDENTIAL);
});
