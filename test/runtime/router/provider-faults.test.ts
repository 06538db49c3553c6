import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startProvider, streamText, type Behaviour } from '../../support/openai-provider.ts';
import { codeOf, CREDENTIAL, hello, startRouter } from './support.ts';

const request = { ...hello, model: 'small' };

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
