import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAuditLog } from '../../../../runtime/audit/verify.ts';
import { temporaryDirectory, writeDocuments } from '../../../support/documents.ts';
import { completion, startProvider, wellBehaved } from '../../../support/openai-provider.ts';
import { startCollector } from '../../../support/otlp-collector.ts';
import { startRouterProcess } from '../../../support/router-process.ts';
import { CREDENTIAL, hello, policies } from '../support.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PROMPT = 'a-secret-of-the-prompt';
const ANSWER = 'a-secret-of-the-answer';

/** A router as a process, which sends its spans to `traces`. */
async function start(traces: string | undefined, behaviour = wellBehaved) {
  const root = temporaryDirectory();
  const [documents, credentials] = [join(root, 'documents'), join(root, 'credentials')];
  writeDocuments(documents, policies);
  mkdirSync(credentials);
  writeFileSync(join(credentials, 'local'), CREDENTIAL);
  const { endpoint, requests } = await startProvider(behaviour);
  const events: unknown[] = [];
  const router = await startRouterProcess({
    documents,
    state: join(root, 'state'),
    args: [
      `--credentials=${credentials}`,
      `--provider-endpoint=local=${endpoint}`,
      ...(traces === undefined ? [] : [`--traces=${traces}`]),
    ],
    onRecord: ({ event }) => events.push(event),
  });
  const post = async (
    body: object,
    headers: Record<string, string> = {},
    path = 'chat/completions',
  ) => {
    const answer = await fetch(`${router.agent}/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await answer.text();
    return answer.status;
  };
  const audited = async () => {
    const records = [];
    for await (const step of readAuditLog(join(root, 'state', 'audit.jsonl'))) {
      if (!step.ok) throw new Error(step.message);
      if (step.record.anchor === undefined) records.push(step.record);
    }
    return records;
  };
  return { ...router, post, audited, asked: requests, events };
}

describe('the spans of calls', () => {
  it('are none without a collector, and the audit log has the trace all the same', async () => {
    const { child, post, audited } = await start(undefined);
    expect(await post(hello, { traceparent: `00-${TRACE}-${SPAN}-01` })).toBe(200);
    expect(await post(hello, { traceparent: 'nonsense' })).toBe(200);
    await child.stop();
    const traces = (await audited()).map(({ trace }) => trace);
    expect(traces).toHaveLength(4);
    expect(traces.slice(0, 2)).toEqual([TRACE, TRACE]);
    expect(traces[2]).toMatch(/^[0-9a-f]{32}$/);
    expect(traces[2]).not.toBe(TRACE);
    expect(traces[3]).toBe(traces[2]);
  });

  it('have model, usage and ends of the conventions, with the trace of the audit log', async () => {
    const collector = await startCollector();
    const { child, post, audited, asked } = await start(collector.endpoint);
    // The flags say that it is not sampled, which is not for the agent to say.
    const parent = { traceparent: `00-${TRACE}-${SPAN}-00`, tracestate: 'vendor=agent' };
    expect(await post({ ...hello, max_tokens: 5 }, parent)).toBe(200);
    expect(await post({ ...hello, model: 'large', stream: true })).toBe(200);
    expect(await post({ ...hello, model: 'unknown' })).toBe(403);
    expect(await post({}, {}, 'nothing')).toBe(404);
    await child.stop();
    const [whole, streamed, refused, ...others] = collector.spans;
    expect(others).toEqual([]);
    const server = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'local',
      'server.address': 'models.example.com',
      'server.port': 443,
      'kars.provider': 'local',
      'kars.surface': 'chat',
    };
    const usage = { 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 7 };
    const stop = { 'gen_ai.response.finish_reasons': ['stop'], 'http.response.status_code': 200 };
    expect(whole).toMatchObject({
      name: 'chat small',
      kind: 3,
      traceId: TRACE,
      parentSpanId: SPAN,
    });
    expect(whole?.attributes).toEqual({
      ...server,
      ...usage,
      ...stop,
      'gen_ai.request.model': 'small',
    });
    expect(whole?.resource).toMatchObject({
      'service.name': 'kars-router',
      'kars.sandbox': 'reader',
    });
    expect(streamed?.attributes).toEqual({
      ...server,
      ...usage,
      ...stop,
      'gen_ai.request.model': 'large',
    });
    expect(streamed?.parentSpanId).toBeUndefined();
    expect(refused).toMatchObject({ name: 'chat', status: { code: 2 } });
    expect(refused?.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'kars.surface': 'chat',
      'error.type': 'KARS_MODEL_NOT_ALLOWED',
      'http.response.status_code': 403,
    });
    const records = await audited();
    const ofCalls = records.map(({ surface, trace }) => [surface, trace]);
    expect(ofCalls).toEqual([
      ['chat', TRACE],
      ['chat-usage', TRACE],
      ['chat', streamed?.traceId],
      ['chat-usage', streamed?.traceId],
      ['chat', refused?.traceId],
      ['http', expect.any(String)],
    ]);
    expect(new Set(records.map(({ sandbox }) => sandbox))).toEqual(new Set(['reader']));
    const sent = asked.flatMap(({ headers }) => Object.keys(headers));
    expect(sent.filter((name) => name.startsWith('trace'))).toEqual([]);
  });

  it('have nothing that was said, offered or asked for', async () => {
    const collector = await startCollector();
    const { child, post } = await start(collector.endpoint, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(completion(ANSWER)));
    });
    const messages = [{ role: 'user', content: PROMPT }];
    const tools = [{ type: 'function', function: { name: 'search', description: PROMPT } }];
    expect(await post({ messages, tools, user: PROMPT })).toBe(200);
    expect(
      await post({ messages, model: PROMPT }, { 'user-agent': PROMPT, traceparent: PROMPT }),
    ).toBe(403);
    await child.stop();
    expect(collector.spans).toHaveLength(2);
    expect(collector.bodies.join()).not.toMatch(/a-secret-of|search|sk-provider/);
  });

  it('end with code 2 for a collector that is none', async () => {
    await expect(start('collector:4318')).rejects.toThrow('supply an http or https URL');
  });
});

describe('a collector that is not there', () => {
  it('changes no call, and the router ends', async () => {
    const { child, post, status, events } = await start('http://127.0.0.1:9');
    const calls = await Promise.all(Array.from({ length: 40 }, () => post(hello)));
    expect(new Set(calls)).toEqual(new Set([200]));
    expect((await fetch(`${status}/readyz`)).status).toBe(200);
    await child.stop();
    expect(await child.ended()).toBe(0);
    expect(events).toContain('traces-failed');
  });
});
