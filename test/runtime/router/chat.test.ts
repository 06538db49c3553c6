import { connect } from 'node:net';
import type OpenAI from 'openai';
import { deny } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import { openSidecar } from '../../support/sidecar.ts';
import {
  completion,
  startProvider,
  streamText,
  type Behaviour,
} from '../../support/openai-provider.ts';
import { CREDENTIAL, hello, policies, startRouter, startRouterOn } from './support.ts';

const request = { ...hello, model: 'small' };

const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error: { code: unknown } }).error.code;

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

  it.each(['/v1/completions', '/v1/embeddings', '/admin/model', '/egress/learn'])(
    'the path %s',
    async (path) => {
      const { url } = await startRouter((await startProvider()).endpoint);
      const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
      expect(response.status).toBe(404);
      expect(await codeOf(response)).toBe('KARS_ROUTE_UNKNOWN');
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

describe('a provider that misbehaves', () => {
  const answering =
    (status: number, body: string, type = 'application/json'): Behaviour =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    };

  it.each<[string, Behaviour, number, string]>([
    ['with no JSON', answering(200, '<html>'), 502, 'KARS_UPSTREAM_INVALID'],
    ['with no completion', answering(200, '{"hello":1}'), 502, 'KARS_UPSTREAM_INVALID'],
    ['with a redirect', answering(302, ''), 502, 'KARS_UPSTREAM_INVALID'],
    ['with an error that is no JSON', answering(500, 'oops'), 500, 'KARS_UPSTREAM_INVALID'],
    [
      'by closing the connection',
      (_request, response) => void response.destroy(),
      502,
      'KARS_UPSTREAM_UNREACHABLE',
    ],
    [
      'by closing the connection in the middle',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"choices":');
        setImmediate(() => response.destroy());
      },
      502,
      'KARS_UPSTREAM_INTERRUPTED',
    ],
  ])('gives a clean error when it answers %s', async (_what, behaviour, status, code) => {
    const provider = await startProvider(behaviour);
    const { post, sidecar } = await startRouter(provider.endpoint);
    const response = await post(request);
    expect(response.status).toBe(status);
    expect(await codeOf(response)).toBe(code);
    expect(await sidecar.audited()).toMatchObject([{}, { tokens: { input: 0, output: 0 } }]);
  });

  it('passes its own errors on, without the credential in them', async () => {
    const error = {
      error: { message: `bad key ${CREDENTIAL}`, type: 'auth', code: 'invalid_api_key' },
    };
    const provider = await startProvider(answering(401, JSON.stringify(error)));
    const { post } = await startRouter(provider.endpoint);
    const response = await post(request);
    const body = await response.text();
    expect(response.status).toBe(401);
    expect(body).toContain('invalid_api_key');
    expect(body).not.toContain(CREDENTIAL);
  });

  it('gives a clean error when nothing listens there', async () => {
    const { post } = await startRouter('http://127.0.0.1:1/v1');
    const response = await post(request);
    expect(response.status).toBe(502);
    expect(await codeOf(response)).toBe('KARS_UPSTREAM_UNREACHABLE');
  });

  it('gives a clean error when it does not answer in time', async () => {
    const provider = await startProvider(() => undefined);
    const { post } = await startRouter(provider.endpoint);
    const response = await post(request);
    expect(response.status).toBe(504);
    expect(await codeOf(response)).toBe('KARS_UPSTREAM_TIMEOUT');
  });

  it.each<[string, string, string]>([
    ['ends in the middle', streamText(['a', 'b']).slice(0, 300), 'KARS_UPSTREAM_INTERRUPTED'],
    [
      'has no end mark',
      streamText(['a']).replace('data: [DONE]\n\n', ''),
      'KARS_UPSTREAM_INTERRUPTED',
    ],
    ['carries no JSON', 'data: hello\n\n', 'KARS_UPSTREAM_INVALID'],
    ['carries a list', 'data: []\n\n', 'KARS_UPSTREAM_INVALID'],
  ])('raises in the official client when its stream %s', async (_what, bytes, code) => {
    const provider = await startProvider(answering(200, bytes, 'text/event-stream'));
    const { client } = await startRouter(provider.endpoint);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    };
    await expect(read()).rejects.toThrow(code);
  });

  it('is charged what it reported when its stream breaks after that', async () => {
    const bytes = streamText(['a']).replace('data: [DONE]\n\n', '');
    const provider = await startProvider(answering(200, bytes, 'text/event-stream'));
    const { post, sidecar } = await startRouter(provider.endpoint);
    await (await post({ ...request, stream: true })).text();
    await expect
      .poll(async () => (await sidecar.audited()).at(-1)?.tokens)
      .toEqual({ input: 11, output: 7 });
  });

  it('is cut off when the agent goes away', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const provider = await startProvider((_request, response) => {
      response.once('close', () => resolve(undefined));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        streamText(['a']).split(
          'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"small","choices":[{"index":0,"delta":{},',
        )[0],
      );
    });
    const { url, sidecar } = await startRouter(provider.endpoint);
    const body = JSON.stringify({ ...request, stream: true });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    socket.once('data', () => socket.destroy());
    await closed;
    await expect
      .poll(async () => (await sidecar.audited()).at(-1)?.reason)
      .toBe('the client went away');
  });
});

it('records nothing that is too long for the next start to read, whatever the agent sends', async () => {
  const { sidecar } = await startRouter((await startProvider()).endpoint);
  const long = 'x'.repeat(500_000);
  const decision = deny('KARS_REQUEST_INVALID', long, long);
  await sidecar.recorder.decided({ set: undefined, surface: 'chat', target: long, decision });
  const [record] = await sidecar.audited();
  expect(JSON.stringify(record).length).toBeLessThan(5000);
  const again = await AuditLog.open(sidecar.auditFile);
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
