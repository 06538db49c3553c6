import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { request as send } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRouter } from '../../../../runtime/router/app.ts';
import { Governance } from '../../../../runtime/router/governance.ts';
import { Budget } from '../../../../runtime/router/budget/budget.ts';
import { Ledger } from '../../../../runtime/router/budget/ledger.ts';
import type { Upstream } from '../../../../runtime/router/upstream.ts';
import { chat } from '../../../../runtime/router/surfaces/chat/chat.ts';
import { temporaryDirectory, writeDocuments, type Payloads } from '../../../support/documents.ts';
import {
  completion,
  startProvider,
  streamText,
  type Behaviour,
} from '../../../support/openai-provider.ts';
import { portOf } from '../../../support/servers.ts';
import { openSidecar } from '../../../support/sidecar.ts';
import { startRouterProcess } from '../../../support/router-process.ts';
import { codeOf, hello, policies, startRouter } from '../support.ts';

const call = { ...hello, model: 'small', max_tokens: 50 };
const ONE = (chat.inputBound(call) ?? 0) + 50;
const TEN = 10 * ONE + 20;

const within = (dailyTokens: number): Payloads => ({
  ...policies,
  'inference-policy': { ...policies['inference-policy'], budget: { dailyTokens } },
});

/** A provider that takes a call and never answers it. */
const never: Behaviour = () => undefined;

describe('a budget for ten calls', () => {
  it.each([false, true])('lets ten of 200 at once through (streams: %s)', async (stream) => {
    const provider = await startProvider(never);
    const body = { ...call, stream };
    const ten = 10 * ((chat.inputBound(body) ?? 0) + 50);
    const { post } = await startRouter(provider.endpoint, within(ten));
    const answers = await Promise.all(Array.from({ length: 200 }, () => post(body)));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(190);
    expect(provider.requests).toHaveLength(10);
  });

  it('is a final stop for the official client, which says when it ends', async () => {
    const provider = await startProvider();
    const { client, sidecar } = await startRouter(provider.endpoint, within(10));
    const attempt = client.chat.completions.create(call);
    await expect(attempt).rejects.toThrow(/it ends at \d{4}-.*KARS_BUDGET_SPENT/);
    expect(await sidecar.audited()).toMatchObject([
      { decision: 'deny', code: 'KARS_BUDGET_SPENT', target: 'small' },
    ]);
    expect(provider.requests).toEqual([]);
  });

  it('is charged what the provider reports, and says what is left', async () => {
    const provider = await startProvider();
    const { post, sidecar } = await startRouter(provider.endpoint, within(TEN));
    for (let n = 0; n < 30; n += 1) {
      const answer = await post(call);
      expect(answer.status).toBe(200);
      expect(Number(answer.headers.get('x-kars-tokens-left'))).toBe(TEN - 18 * n - ONE);
      await answer.body?.cancel();
    }
    const [first] = await sidecar.audited();
    expect(first).toMatchObject({ decision: 'allow', reserved: ONE });
  });
});

it('a stream that passes what is reserved ends in an error for the official client', async () => {
  const provider = await startProvider((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(streamText(Array.from({ length: 80 }, () => 'word ')));
  });
  const { client, post } = await startRouter(provider.endpoint, within(ONE + 100));
  const stream = await client.chat.completions.create({ ...call, stream: true });
  let words = 0;
  const read = async (): Promise<void> => {
    for await (const { choices } of stream) words += choices[0]?.delta.content ? 1 : 0;
  };
  await expect(read()).rejects.toThrow('KARS_BUDGET_SPENT');
  expect(words).toBe(50);
  expect(await codeOf(await post(call))).toBe('KARS_BUDGET_SPENT');
});

describe('a call stays charged with what was reserved', () => {
  const silent: Behaviour = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...completion(), usage: undefined }));
  };
  const negative: Behaviour = (_request, response) => {
    const usage = { prompt_tokens: -5000, completion_tokens: 0, total_tokens: -5000 };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...completion(), usage }));
  };

  it.each<[string, Behaviour]>([
    ['reports no usage', silent],
    ['reports a negative one', negative],
    ['breaks the connection', (_request, response) => void response.destroy()],
    ['does not answer in time', never],
    [
      'answers with an error that may hold what a model said',
      (_request, response) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end('{"error":{"message":"tool_use_failed","failed_generation":"words"}}');
      },
    ],
  ])('when its provider %s', async (_what, behaviour) => {
    const provider = await startProvider(behaviour);
    const { post } = await startRouter(provider.endpoint, within(ONE + 10));
    await (await post(call)).body?.cancel();
    expect(await codeOf(await post(call))).toBe('KARS_BUDGET_SPENT');
  });

  it('when its client goes away before the answer', async () => {
    const provider = await startProvider(never);
    const { url, post } = await startRouter(provider.endpoint, within(ONE + 10));
    const gone = new AbortController();
    const body = JSON.stringify(call);
    const headers = { 'content-type': 'application/json' };
    const target = `${url}/v1/chat/completions`;
    const asked = send(target, { method: 'POST', body, headers, signal: gone.signal });
    await expect.poll(() => provider.requests.length).toBe(1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect(await codeOf(await post(call))).toBe('KARS_BUDGET_SPENT');
  });
});

it('a stream that ends while nothing can be recorded does not end the router', async () => {
  const provider = await startProvider((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': nothing yet\n\n');
  });
  const { url, post, sidecar } = await startRouter(provider.endpoint, within(TEN));
  const gone = new AbortController();
  const body = JSON.stringify({ ...call, stream: true });
  const headers = { 'content-type': 'application/json' };
  const asked = fetch(`${url}/v1/chat/completions`, { method: 'POST', body, headers, signal: gone.signal }).catch(() => undefined); // prettier-ignore
  await expect.poll(() => provider.requests.length).toBe(1);
  await sidecar.closeAudit();
  gone.abort();
  await asked;
  expect(await codeOf(await post(call))).toBe('KARS_AUDIT_UNAVAILABLE');
});

it('a stream that comes for a client that has gone is ended and settled', async () => {
  const sidecar = await openSidecar('router', within(TEN));
  const body = new PassThrough();
  const client = new Socket();
  client.on('error', () => undefined);
  // The answer is there in the moment in which the client goes, so that nothing is left to abort.
  const upstream = {
    send: async () => {
      client.resetAndDestroy();
      await sleep(50);
      const headers = { 'content-type': 'text/event-stream' };
      return { status: 200, headers, body, credential: undefined };
    },
  } as unknown as Upstream;
  const budget = new Budget(undefined, Ledger.open(':memory:'));
  const snapshot = () => sidecar.documents.snapshot();
  const app = createRouter({
    snapshot,
    recorder: sidecar.recorder,
    upstream,
    budget,
    governance: new Governance('reader'),
    auditFile: sidecar.auditFile,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const text = JSON.stringify({ ...call, stream: true });
  client.connect(portOf(app.server), '127.0.0.1');
  client.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  await expect.poll(() => body.destroyed).toBe(true);
  await expect
    .poll(async () => (await sidecar.audited()).map(({ surface }) => surface))
    .toContain('chat-usage');
});

describe('a stream of which usage was reported in the middle', () => {
  const early: Behaviour = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const usage = { prompt_tokens: 1, completion_tokens: 0 };
    const choices = [{ index: 0, delta: { content: 'word' } }];
    response.write(`data: ${JSON.stringify({ choices, usage })}\n\n`);
  };

  it('stays charged when its client goes away', async () => {
    const provider = await startProvider(early);
    const { url, post } = await startRouter(provider.endpoint, within(ONE + 100));
    const gone = new AbortController();
    const body = JSON.stringify({ ...call, stream: true });
    const headers = { 'content-type': 'application/json' };
    const target = `${url}/v1/chat/completions`;
    const answer = await fetch(target, { method: 'POST', body, headers, signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();
    expect(await codeOf(await post(call))).toBe('KARS_BUDGET_SPENT');
  });

  it('is asked for at its end alone', async () => {
    const provider = await startProvider();
    const { post } = await startRouter(provider.endpoint);
    const options = { include_usage: true, continuous_usage_stats: true };
    await (await post({ ...call, stream: true, stream_options: options })).text();
    expect(provider.requests[0]?.body['stream_options']).toEqual({ include_usage: true });
  });
});

it('a client that goes away while its call is recorded leaves nothing under way', async () => {
  const provider = await startProvider(never);
  const { url, sidecar } = await startRouter(provider.endpoint, within(100 * ONE));
  const body = JSON.stringify(call);
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  for (let n = 0; n < 30; n += 1) {
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    client.write(head + body, () => client.resetAndDestroy());
    await once(client, 'close');
  }
  const records = async () => {
    const audited = await sidecar.audited();
    const count = (surface: string): number =>
      audited.filter((record) => record.surface === surface).length;
    return [count('chat'), count('chat-usage')] as const;
  };
  // Within less than the provider may take to answer.
  await expect.poll(async () => new Set(await records()).size, { timeout: 400 }).toBe(1);
});

describe('a call is charged nothing', () => {
  it('when its provider refuses it', async () => {
    const provider = await startProvider((_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"busy"}}');
    });
    const { post } = await startRouter(provider.endpoint, within(ONE + 10));
    for (let n = 0; n < 3; n += 1) expect((await post(call)).status).toBe(429);
  });

  it('when its provider cannot be connected to', async () => {
    const { post } = await startRouter('http://127.0.0.1:1/v1', within(ONE + 10));
    for (let n = 0; n < 3; n += 1) {
      expect(await codeOf(await post(call))).toBe('KARS_UPSTREAM_UNREACHABLE');
    }
  });
});

it('a router that is killed in the middle of calls gives no token back', async () => {
  const provider = await startProvider(never);
  const root = temporaryDirectory();
  const payloads = within(TEN);
  writeDocuments(join(root, 'documents'), {
    ...payloads,
    'inference-policy': {
      ...policies['inference-policy'],
      ...payloads['inference-policy'],
      providers: [{ name: 'local', endpoint: provider.endpoint, credential: 'none' }],
    },
  });
  const start = async () => {
    const { child, agent } = await startRouterProcess({
      documents: join(root, 'documents'),
      state: join(root, 'state'),
      args: [`--provider-endpoint=local=${provider.endpoint}`],
    });
    const post = () =>
      fetch(`${agent}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(call),
      });
    return { child, post };
  };
  for (let life = 1; life <= 2; life += 1) {
    const { child, post } = await start();
    const open = Array.from({ length: 5 }, () => post().catch(() => undefined));
    await expect.poll(() => provider.requests.length).toBe(5 * life);
    child.kill();
    await child.ended();
    await Promise.all(open);
  }
  const { post } = await start();
  expect(await codeOf(await post())).toBe('KARS_BUDGET_SPENT');
  expect(provider.requests).toHaveLength(10);
}, 60_000);
