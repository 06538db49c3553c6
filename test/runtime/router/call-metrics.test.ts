import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  startProvider,
  streamText,
  wellBehaved,
  type Behaviour,
} from '../../support/openai-provider.ts';
import { hello, startRouter, type TestRouter } from './support.ts';

const request = { ...hello, model: 'small' };
const streamed = { ...request, stream: true };

/** The values of a metric, by its labels. */
async function valuesOf({ registry }: TestRouter, name: string): Promise<Record<string, number>> {
  const { values } = (await registry.getMetricsAsJSON()).find((metric) => metric.name === name) ?? {
    values: [],
  };
  const counts = values.filter(
    (value) => !('metricName' in value) || String(value.metricName).endsWith('_count'),
  );
  return Object.fromEntries(
    counts.map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

const failing =
  (status: number): Behaviour =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"no"}}');
  };

describe('what is measured of requests', () => {
  it('is how each ends, by its surface', async () => {
    const provider = await startProvider();
    const router = await startRouter(provider.endpoint);
    await (await router.post(request)).text();
    await (await router.post(streamed)).text();
    await (await router.post({ ...request, model: 'unknown' })).text();
    await (await router.post('{')).text();
    for (const path of ['/v1/models', '/v1/files', '/internal/other']) {
      await (await fetch(`${router.url}${path}`)).text();
    }
    await expect
      .poll(() => valuesOf(router, 'kars_requests_total'))
      .toEqual({
        'chat 2xx': 2,
        'chat KARS_MODEL_NOT_ALLOWED': 1,
        'http KARS_REQUEST_INVALID': 1,
        'http KARS_ROUTE_UNKNOWN': 2,
        'models 2xx': 1,
      });
  });

  it('is how long it took to be sent, where it was, and to say something, where it is a stream', async () => {
    const provider = await startProvider();
    const router = await startRouter(provider.endpoint);
    await (await router.post({ ...request, model: 'unknown' })).text();
    await (await router.post(request)).text();
    expect(await valuesOf(router, 'kars_request_overhead_seconds')).toEqual({ chat: 1 });
    expect(await valuesOf(router, 'kars_time_to_first_token_seconds')).toEqual({});
    await (await router.post(streamed)).text();
    expect(await valuesOf(router, 'kars_request_overhead_seconds')).toEqual({ chat: 2 });
    expect(await valuesOf(router, 'kars_time_to_first_token_seconds')).toEqual({ chat: 1 });
  });

  it('is no first token where a stream says nothing', async () => {
    const provider = await startProvider((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(streamText([]));
    });
    const router = await startRouter(provider.endpoint);
    await (await router.post(streamed)).text();
    expect(await valuesOf(router, 'kars_time_to_first_token_seconds')).toEqual({});
  });

  it('is that a client went away', async () => {
    const provider = await startProvider(() => undefined);
    const router = await startRouter(provider.endpoint);
    const body = JSON.stringify(request);
    const socket = connect(Number(new URL(router.url).port), '127.0.0.1');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => provider.requests.length).toBe(1);
    socket.destroy();
    await expect.poll(() => valuesOf(router, 'kars_requests_total')).toEqual({ 'chat gone': 1 });
    expect(await valuesOf(router, 'kars_upstream_errors_total')).toEqual({});
  });
});

describe('what providers fail at', () => {
  it.each<[string, Behaviour, object, Record<string, number>]>([
    ['nothing', wellBehaved, streamed, {}],
    ['too many calls', failing(429), request, { '429': 1 }],
    ['a call that is wrong', failing(404), request, { '4xx': 1 }],
    ['a status that nobody knows', failing(799), request, { '5xx': 1 }],
    ['no answer in time', () => undefined, request, { KARS_UPSTREAM_TIMEOUT: 1 }],
    [
      'an answer that is none',
      (_request, response) => void response.end('{}'),
      request,
      { KARS_UPSTREAM_INVALID: 1 },
    ],
    [
      'a stream without end',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(streamText(['a']).replace('data: [DONE]', ''));
      },
      streamed,
      { KARS_UPSTREAM_INTERRUPTED: 1 },
    ],
  ])('is counted: %s', async (_what, behaviour, body, counted) => {
    const provider = await startProvider(behaviour);
    const router = await startRouter(provider.endpoint);
    await (await router.post(body)).text();
    expect(await valuesOf(router, 'kars_upstream_errors_total')).toEqual(counted);
  });
});
